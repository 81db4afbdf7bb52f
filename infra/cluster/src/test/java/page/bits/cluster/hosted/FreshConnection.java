package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;

import datomic.Connection;
import datomic.Peer;
import java.time.Duration;

/** A connection of a peer that was not there before, to look at what is stored. */
public final class FreshConnection {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private FreshConnection() {}

    /**
     * Connects, as soon as that works: unlike one that is connected, a peer that comes gives up at once where the transactor that
     * it was told of is gone, and shortly after a takeover it may be told of the one before.
     */
    public static Connection to(String uri) {
        return await("a peer shall connect")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> Peer.connect(uri), connection -> true);
    }
}

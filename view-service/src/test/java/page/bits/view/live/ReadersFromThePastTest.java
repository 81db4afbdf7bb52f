package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** Readers who come from states that this node knows nothing of, each of which costs a look at the past. */
@QuarkusTest
class ReadersFromThePastTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int READERS = 8;

    @Inject
    World world;

    @Inject
    GatedFeature feature;

    @TestHTTPResource
    URI address;

    @Test
    void whoIsUpToDateDoesNotWaitForThem() {
        String alice = world.creator();
        List<BasisT> past = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            past.add(rename(alice, "Alice the " + i + "th"));
        }
        rename(alice, "Alice");
        List<StreamClient> readers = new ArrayList<>();
        boolean closed = false;
        try (StreamClient upToDate = open(alice, "")) {
            await().atMost(SOON).until(() -> upToDate.events().size() == 1);
            feature.past().close();
            closed = true;
            past.forEach(t -> readers.add(open(alice, "?from=" + t)));
            await().atMost(SOON).until(feature.past()::holdsSomeone);
            rename(alice, "Bob");
            await().atMost(SOON).until(() -> upToDate.events().size() == 2);
            assertTrue(readers.stream().allMatch(reader -> reader.events().isEmpty()));
            feature.past().open();
            closed = false;
            for (StreamClient reader : readers) {
                await().atMost(SOON)
                        .until(() -> reader.events().stream()
                                .anyMatch(event -> event.data().contains("Bob")));
                assertEquals("snapshot", reader.events().get(0).name());
            }
        } finally {
            if (closed) {
                feature.past().open();
            }
            readers.forEach(StreamClient::close);
        }
    }

    private BasisT rename(String handle, String name) {
        return world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, handle), CREATOR_DISPLAY_NAME, name));
    }

    private StreamClient open(String handle, String query) {
        return StreamClient.get(address.getPort(), "/views/gated/" + handle + query)
                .open();
    }
}

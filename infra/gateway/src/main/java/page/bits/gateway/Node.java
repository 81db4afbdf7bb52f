package page.bits.gateway;

import io.vertx.core.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** One process of a tier, at one address. Any thread. */
final class Node {

    /** What the node's last probe, or an attempt to reach it, has shown. */
    enum Health {
        /** Asks for requests. */
        READY,
        /** Can be reached and says that it is not ready, or was not asked yet. */
        UNREADY,
        /** Can't be reached. */
        AWAY
    }

    private final SocketAddress address;
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger misses = new AtomicInteger();
    private volatile Health health = Health.UNREADY;

    Node(SocketAddress address) {
        this.address = address;
    }

    SocketAddress address() {
        return address;
    }

    Health health() {
        return health;
    }

    /** @return whether that is news */
    boolean is(Health found) {
        boolean news = health != found;
        health = found;
        return news;
    }

    /** One more probe in a row was not answered in time; tells how many. */
    int misses() {
        return misses.incrementAndGet();
    }

    void answers() {
        misses.set(0);
    }

    /** How many streams it has from this gateway. */
    int streams() {
        return streams.get();
    }

    void streamBegins() {
        streams.incrementAndGet();
    }

    void streamEnds() {
        streams.decrementAndGet();
    }

    @Override
    public String toString() {
        return address.toString();
    }
}

package page.bits.peer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** How far a peer of this node and its feed have come. Nothing is told until the database is there. */
public final class PeerMetrics implements MeterBinder {

    private final String database;
    private final DatomicPeer peer;

    /** @param database the tag that tells the meters of this peer from those of another one */
    public PeerMetrics(String database, DatomicPeer peer) {
        this.database = database;
        this.peer = peer;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("bits.peer.t", peer, whenReady(ready -> ready.db().basisT()))
                .tag("database", database)
                .description("The basis t of the newest database value of this node")
                .register(registry);
        Gauge.builder(
                        "bits.feed.t",
                        peer,
                        whenReady(ready -> ready.feed().last().value()))
                .tag("database", database)
                .description("The t of the last transaction that was delivered to all who listen at this node")
                .register(registry);
        // In this order, so that a transaction that comes in between makes it look behind and not ahead.
        Gauge.builder("bits.feed.behind", peer, whenReady(ready -> {
                    long delivered = ready.feed().last().value();
                    return ready.db().basisT() - delivered;
                }))
                .tag("database", database)
                .description("By how many t the feed is behind the newest database value of this node")
                .register(registry);
        TimeGauge.builder(
                        "bits.feed.stall",
                        peer,
                        TimeUnit.SECONDS,
                        whenReady(ready -> ready.feed().stall().toNanos() / 1e9))
                .tag("database", database)
                .description("For how long the pump has been at one report or one look at the log")
                .register(registry);
        TimeGauge.builder(
                        "bits.peer.unconfirmed",
                        peer,
                        TimeUnit.SECONDS,
                        whenReady(ready -> ready.unconfirmedFor().toNanos() / 1e9))
                .tag("database", database)
                .description("How long ago the transactor last confirmed that this node has its newest basis")
                .register(registry);
        FunctionCounter.builder(
                        "bits.feed.from.log",
                        peer,
                        whenReady(ready -> ready.feed().fromLog()))
                .tag("database", database)
                .description("Transactions that no report told of in their turn, and that were read from the log")
                .register(registry);
    }

    private static ToDoubleFunction<DatomicPeer> whenReady(ToDoubleFunction<DatomicPeer> figure) {
        return peer -> {
            try {
                return figure.applyAsDouble(peer);
            } catch (PeerUnavailableException e) {
                return Double.NaN;
            }
        };
    }
}

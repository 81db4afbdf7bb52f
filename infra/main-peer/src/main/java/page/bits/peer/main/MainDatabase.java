package page.bits.peer.main;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.quarkus.arc.All;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;
import page.bits.peer.DatomicPeer;
import page.bits.peer.PeerMetrics;
import page.bits.peer.PeerReadiness;
import page.bits.peer.Schema;
import page.bits.peer.TransactionListener;

/** Begins to connect to the main database when the application starts, and has the peer, with what tells of it, as beans. */
@Singleton
class MainDatabase {

    private final DatomicPeer peer;

    /** @param listeners those of this database alone: without a qualifier of their own, where {@code @All} would be any */
    MainDatabase(MainDatomicConfig config, @Default @All List<TransactionListener> listeners) {
        this.peer = new DatomicPeer(config, Schema.BITS, listeners, () -> Quarkus.asyncExit(1));
    }

    void onStart(@Observes StartupEvent event) {
        peer.start();
    }

    void onStop(@Observes ShutdownEvent event) throws InterruptedException {
        peer.stop();
    }

    @Produces
    @Singleton
    DatomicPeer peer() {
        return peer;
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck readiness() {
        return new PeerReadiness("datomic-peer", peer);
    }

    @Produces
    @Singleton
    MeterBinder metrics() {
        return new PeerMetrics("bits", peer);
    }
}

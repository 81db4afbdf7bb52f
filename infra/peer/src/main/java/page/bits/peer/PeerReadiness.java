package page.bits.peer;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready only when the peer has caught up and the schema is there. */
@Readiness
@Singleton
class PeerReadiness implements HealthCheck {

    private final DatomicPeer peer;

    PeerReadiness(DatomicPeer peer) {
        this.peer = peer;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("datomic-peer");
        if (!peer.isReady()) {
            return answer.down().withData("state", "connecting").build();
        }
        return answer.up()
                .withData("t", peer.feed().last().value())
                .withData("stale", peer.isStale())
                .build();
    }
}

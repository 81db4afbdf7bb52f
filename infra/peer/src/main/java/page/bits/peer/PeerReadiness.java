package page.bits.peer;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Ready only when the peer has caught up and the schema is there. */
public final class PeerReadiness implements HealthCheck {

    private final String name;
    private final DatomicPeer peer;

    /** @param name what the check is called in an answer to a probe */
    public PeerReadiness(String name, DatomicPeer peer) {
        this.name = name;
        this.peer = peer;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named(name);
        if (!peer.isReady()) {
            return answer.down().withData("state", "connecting").build();
        }
        return answer.up()
                .withData("t", peer.feed().last().value())
                .withData("stale", peer.isStale())
                .build();
    }
}

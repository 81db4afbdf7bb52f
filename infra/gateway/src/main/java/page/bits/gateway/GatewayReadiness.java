package page.bits.gateway;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready as soon as it knows its nodes, and however they are: were it not ready where they are not, an outage of theirs would
 * take away every gateway, and with it the answer that tells of the outage.
 */
@Readiness
@Singleton
class GatewayReadiness implements HealthCheck {

    private final Tiers tiers;

    GatewayReadiness(Tiers tiers) {
        this.tiers = tiers;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("nodes").status(tiers.areKnown());
        tiers.all().forEach(tier -> {
            long ready = tier.nodes().stream()
                    .filter(node -> node.health() == Node.Health.READY)
                    .count();
            answer.withData(
                    tier.name(), "%d of %d ready".formatted(ready, tier.nodes().size()));
        });
        return answer.build();
    }
}

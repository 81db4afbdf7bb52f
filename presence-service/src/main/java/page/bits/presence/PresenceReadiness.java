package page.bits.presence;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once this node could write: one that never could, for a wrong token or address, is to take no viewers from those that do.
 * One that can't any more stays ready, since it keeps what it knows, and others may be no better off.
 */
@Readiness
@Singleton
class PresenceReadiness implements HealthCheck {

    private final Presences presences;

    PresenceReadiness(Presences presences) {
        this.presences = presences;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("presence-lease")
                .status(presences.isRegistered())
                .withData("stale", presences.isStale())
                .build();
    }
}

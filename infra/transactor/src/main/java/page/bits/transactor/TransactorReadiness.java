package page.bits.transactor;

import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when active or standing by, told apart by {@code state}. */
@Readiness
@Singleton
class TransactorReadiness implements HealthCheck {

    private final Transactor transactor;

    TransactorReadiness(Transactor transactor) {
        this.transactor = transactor;
    }

    @Override
    public HealthCheckResponse call() {
        Transactor.State state = transactor.state();
        return HealthCheckResponse.named("transactor")
                .status(state != Transactor.State.LOADING)
                .withData("state", state.name().toLowerCase(Locale.ROOT))
                .build();
    }
}

package page.bits.action.demo;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready before the demo data is there, so that whoever waited for it finds it. */
@Readiness
@Singleton
class DemoReadiness implements HealthCheck {

    private final Demo demo;

    DemoReadiness(Demo demo) {
        this.demo = demo;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("demo-data").status(demo.isLoaded()).build();
    }
}

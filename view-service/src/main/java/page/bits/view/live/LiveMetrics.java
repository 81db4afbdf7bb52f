package page.bits.view.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;

/** What is counted of renderings; docs/reference/metrics.md explains each. */
@Singleton
class LiveMetrics {

    private final Timer rendering;
    private final Counter conflated;

    LiveMetrics(MeterRegistry registry) {
        rendering = Timer.builder("bits.views.rendering")
                .description(
                        "How long it takes to render what a transaction touched, and to hand it to the event loops")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2))
                .register(registry);
        conflated = Counter.builder("bits.views.conflated")
                .description("Transactions that were shown together with an earlier one that waited to be rendered")
                .register(registry);
    }

    <T> T rendering(Supplier<T> task) {
        return rendering.record(task);
    }

    void conflated() {
        conflated.increment();
    }
}

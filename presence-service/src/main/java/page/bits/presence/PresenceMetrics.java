package page.bits.presence;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import page.bits.presence.node.Recorder;

/** What there is at this node, and what it has written. {@code docs/reference/metrics.md} tells what to make of it. */
final class PresenceMetrics implements MeterBinder {

    private static final String PREFIX = "bits.presence.";

    private final Supplier<Figures> figures;
    private final Recorder recorder;

    PresenceMetrics(Supplier<Figures> figures, Recorder recorder) {
        this.figures = figures;
        this.recorder = recorder;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "connections", Figures::connections, "Connections by which somebody is present");
        gauge(registry, "viewers", Figures::viewers, "Viewers of this node, with those who may still come back");
        gauge(registry, "creators", Figures::creators, "Creators whose audience is watched at this node");
        gauge(registry, "nodes", Figures::nodes, "Nodes that live, as far as this one can tell");
        TimeGauge.builder(PREFIX + "lease.age", () -> figures.get().leaseAgeNanos(), TimeUnit.NANOSECONDS)
                .description("How long this node has not seen its lease go up; since its start, if it never has")
                .register(registry);
        count(registry, "ticks", recorder.ticks(), "Times that this node has looked for what is to be written");
        count(registry, "transactions", recorder.written(), "Transactions that this node has written, sweeps apart");
        count(registry, "failures", recorder.failed(), "Writes that failed, or of which nobody knows what became");
        count(registry, "sweeps", recorder.swept(), "Nodes that this one has found dead and swept");
    }

    /** By a supplier, which the registry keeps: an object whose figures it tells, it would let go. */
    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<Figures> figure, String description) {
        Gauge.builder(PREFIX + name, () -> figure.applyAsDouble(figures.get()))
                .description(description)
                .register(registry);
    }

    private static void count(MeterRegistry registry, String name, LongAdder count, String description) {
        FunctionCounter.builder(PREFIX + name, count, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}

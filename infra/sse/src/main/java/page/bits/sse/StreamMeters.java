package page.bits.sse;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;

/** Counts what streams do. Any thread; cheap enough for every write. */
final class StreamMeters {

    private final LongAdder frames = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder conflated = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final LongAdder reconnects = new LongAdder();

    void wrote(Frame frame) {
        frames.increment();
        bytes.add(frame.size());
    }

    void conflated() {
        conflated.increment();
    }

    void stalled() {
        stalled.increment();
    }

    void reconnect() {
        reconnects.increment();
    }

    void bindTo(MeterRegistry registry, String name, EventStreams streams) {
        Tags tags = Tags.of("streams", name);
        Gauge.builder("bits.sse.streams", streams, EventStreams::size)
                .description("Streams that are open")
                .tags(tags)
                .register(registry);
        Gauge.builder("bits.sse.streams.slow", streams, EventStreams::slow)
                .description("Streams whose reader's socket is full, as of the last second")
                .tags(tags)
                .register(registry);
        Gauge.builder("bits.sse.queued", streams, EventStreams::queuedBytes)
                .description("What waits for readers' sockets, of all streams, as of the last second")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
        count("frames", frames, "Events that were written, each to each of its readers")
                .tags(tags)
                .register(registry);
        count("written", bytes, "What they had").baseUnit("bytes").tags(tags).register(registry);
        count("conflated", conflated, "Updates that found a reader behind, who gets them together with others")
                .tags(tags)
                .register(registry);
        count("stalled", stalled, "Streams that were given up because their reader took nothing")
                .tags(tags)
                .register(registry);
        count("reconnects", reconnects, "Streams that were told to reconnect")
                .tags(tags)
                .register(registry);
    }

    private static FunctionCounter.Builder<LongAdder> count(String name, LongAdder count, String description) {
        return FunctionCounter.builder("bits.sse." + name, count, LongAdder::sum)
                .description(description);
    }
}

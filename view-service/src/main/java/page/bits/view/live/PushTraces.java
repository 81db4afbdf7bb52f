package page.bits.view.live;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import page.bits.sse.EventName;
import page.bits.view.ViewKey;

/**
 * The traces of the transactions that touched one topic, continued to the frame that shows them to its readers.
 *
 * <p>One rendering may show several transactions. Each of their traces gets a span of its own, from the transaction's arrival
 * to the frame: a single span with links would be in one of the traces, and the others would end without their push. How many
 * one rendering continues is bounded.
 *
 * <p>A span is made only when all is done, with the times that were taken. So none is ever left open, whatever becomes of the
 * view.
 */
final class PushTraces {

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> FEATURE = AttributeKey.stringKey("bits.feature");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("bits.key");
    private static final AttributeKey<Long> T = AttributeKey.longKey("bits.t");
    private static final AttributeKey<Long> VERSION = AttributeKey.longKey("bits.version");
    private static final AttributeKey<Long> READERS = AttributeKey.longKey("bits.readers");
    private static final AttributeKey<Long> CONFLATED = AttributeKey.longKey("bits.conflated");
    private static final AttributeKey<List<String>> EVENTS = AttributeKey.stringArrayKey("bits.events");

    private final Tracer tracer;
    private final String features;
    private final String keys;
    private final IntSupplier readers;
    private final BlockingQueue<Cause> waiting;

    /**
     * @param readers how many read the view at the time of the call
     * @param limit how many traces one rendering continues
     */
    PushTraces(Tracer tracer, Selection selection, IntSupplier readers, int limit) {
        this.tracer = tracer;
        this.features = each(selection, ViewKey::feature);
        this.keys = each(selection, ViewKey::key);
        this.readers = readers;
        this.waiting = new LinkedBlockingQueue<>(limit);
    }

    private static String each(Selection selection, Function<ViewKey, String> part) {
        return selection.views().stream().map(part).distinct().collect(Collectors.joining(","));
    }

    /** Has the next rendering continue this one's trace, unless that continues enough already. Any thread. */
    void await(Cause cause) {
        waiting.offer(cause);
    }

    /** What a rendering continues, which is about to look at the database. */
    List<Cause> take() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Cause> taken = new ArrayList<>();
        waiting.drainTo(taken);
        return taken;
    }

    /**
     * The rendering is done.
     *
     * @param version of the view since then. At or beyond the t of a transaction without events of its own, an earlier rendering
     *     has shown it
     * @param events what was handed to the channels; none if the view was the same as before
     */
    void pushed(List<Cause> causes, long version, List<EventName> events) {
        end(
                causes,
                span -> span.setAttribute(VERSION, version)
                        .setAttribute(
                                EVENTS, events.stream().map(EventName::text).toList()));
    }

    /** The rendering failed. The next one is not part of the traces. */
    void failed(List<Cause> causes, Throwable failure) {
        end(causes, span -> span.recordException(failure).setStatus(StatusCode.ERROR));
    }

    private void end(List<Cause> causes, Consumer<Span> outcome) {
        if (causes.isEmpty()) {
            return;
        }
        Instant now = Instant.now();
        Attributes common = Attributes.builder()
                .put(SYSTEM, "datomic")
                .put(OPERATION_TYPE, "process")
                .put(OPERATION, "push")
                .put(FEATURE, features)
                .put(KEY, keys)
                .put(READERS, (long) readers.getAsInt())
                .put(CONFLATED, (long) causes.size())
                .build();
        for (Cause cause : causes) {
            Span span = tracer.spanBuilder("push " + features)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setParent(Context.root().with(Span.wrap(cause.span())))
                    .setStartTimestamp(cause.arrived())
                    .setAllAttributes(common)
                    .setAttribute(T, cause.t().value())
                    .startSpan();
            outcome.accept(span);
            span.end(now);
        }
    }
}

package page.bits.view.live;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.sse.EventName;
import page.bits.view.ViewKey;

class PushTracesTest {

    private static final int LIMIT = 4;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider sdk = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final PushTraces traces =
            new PushTraces(sdk.get("test"), Selection.of(new ViewKey("posts", "alice")), () -> 3, LIMIT);

    @AfterEach
    void close() {
        sdk.close();
    }

    @Test
    void eachTransactionThatOneRenderingShowsHasASpanInItsOwnTrace() {
        IntStream.rangeClosed(1, 3).mapToObj(PushTracesTest::cause).forEach(traces::await);
        traces.pushed(traces.take(), 1003, List.of(EventName.DELTA));
        assertEquals(Set.of(trace(1), trace(2), trace(3)), tracesOf(exporter.getFinishedSpanItems()));
        for (SpanData span : exporter.getFinishedSpanItems()) {
            assertEquals(3, span.getAttributes().get(longKey("bits.conflated")));
            assertEquals(List.of("delta"), span.getAttributes().get(stringArrayKey("bits.events")));
        }
    }

    @Test
    void oneRenderingContinuesNoMoreTracesThanItMay() {
        IntStream.rangeClosed(1, 3 * LIMIT).mapToObj(PushTracesTest::cause).forEach(traces::await);
        traces.pushed(traces.take(), 1020, List.of(EventName.DELTA));
        assertEquals(LIMIT, exporter.getFinishedSpanItems().size());
        traces.await(cause(99));
        traces.pushed(traces.take(), 1099, List.of(EventName.DELTA));
        assertEquals(LIMIT + 1, exporter.getFinishedSpanItems().size());
    }

    @Test
    void whatOneRenderingHasTakenTheNextOneDoesNotContinue() {
        traces.await(cause(1));
        traces.failed(traces.take(), new IllegalStateException("told to fail"));
        traces.pushed(traces.take(), 1001, List.of(EventName.DELTA));
        assertEquals(1, exporter.getFinishedSpanItems().size());
    }

    @Test
    void aCauseIsASpan() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Cause(SpanContext.getInvalid(), new BasisT(1000), Instant.EPOCH));
    }

    private static Cause cause(int number) {
        SpanContext span = SpanContext.createFromRemoteParent(
                trace(number), "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
        return new Cause(span, new BasisT(1000 + number), Instant.now());
    }

    private static String trace(int number) {
        return "%032x".formatted(number);
    }

    private static Set<String> tracesOf(List<SpanData> spans) {
        return spans.stream().map(SpanData::getTraceId).collect(Collectors.toSet());
    }
}

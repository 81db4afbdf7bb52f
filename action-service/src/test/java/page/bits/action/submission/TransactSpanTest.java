package page.bits.action.submission;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.DatomicPeer;
import page.bits.peer.PeerUnavailableException;
import page.bits.peer.Schema;

/** What becomes of the span of a transaction that is not made. */
class TransactSpanTest {

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final DatomicPeer unconnected = new DatomicPeer(null, Schema.BITS, List.of(), () -> {});
    private final Tracing tracing = new Tracing(unconnected, sdk, false);
    private final Span request = sdk.getTracer("test").spanBuilder("request").startSpan();
    private final Trace trace = new Trace(
            new TraceId(request.getSpanContext().getTraceId()), Context.root().with(request));

    @AfterEach
    void close() {
        sdk.close();
    }

    @Test
    void itTellsTheErrorAndHowOftenItWasTriedBefore() {
        assertThrows(
                CompletionException.class,
                () -> tracing.transact(trace, "publish-post", 2, List.of()).join());
        SpanData span = exporter.getFinishedSpanItems().get(0);
        assertEquals(request.getSpanContext().getSpanId(), span.getParentSpanId());
        assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
        assertEquals(
                PeerUnavailableException.class.getName(), span.getAttributes().get(stringKey("error.type")));
        assertEquals("exception", span.getEvents().get(0).getName());
        assertEquals(2, span.getAttributes().get(longKey("bits.retries")));
    }

    @Test
    void thereIsNoneWhereThereIsNoRequest() {
        assertThrows(
                CompletionException.class,
                () -> tracing.transact(Trace.random(), "publish-post", 0, List.of())
                        .join());
        assertEquals(List.of(), exporter.getFinishedSpanItems());
    }
}

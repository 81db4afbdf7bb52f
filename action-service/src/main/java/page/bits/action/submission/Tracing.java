package page.bits.action.submission;

import datomic.Util;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import page.bits.peer.Attributes;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;

/**
 * The spans of transactions. Each is a producer's: view nodes find its id on the transaction, and what they do because of it
 * becomes part of the trace.
 */
@Singleton
class Tracing {

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> ACTION = AttributeKey.stringKey("bits.action");
    private static final AttributeKey<Long> RETRIES = AttributeKey.longKey("bits.retries");
    private static final AttributeKey<Long> T = AttributeKey.longKey("bits.t");

    private final DatomicPeer peer;
    private final Tracer tracer;

    Tracing(
            DatomicPeer peer,
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this.peer = peer;
        // An SDK that is disabled makes spans all the same, sampled ones even, and only exports none.
        this.tracer = (disabled ? OpenTelemetry.noop() : telemetry).getTracer("page.bits.action");
    }

    /**
     * {@link DatomicPeer#transact}, within a span if the request has one.
     *
     * @param retries how often it was tried before
     * @param data to which the id of the span is added, where the trace is recorded
     */
    CompletableFuture<Committed> transact(Trace trace, String action, int retries, List<Object> data) {
        Span span = begin(trace, action, retries);
        return peer.transact(borne(data, span)).whenComplete((committed, failure) -> end(span, committed, failure));
    }

    private Span begin(Trace trace, String action, int retries) {
        if (!Span.fromContext(trace.request()).getSpanContext().isValid()) {
            return Span.getInvalid();
        }
        return tracer.spanBuilder("transact " + action)
                .setSpanKind(SpanKind.PRODUCER)
                .setParent(trace.request())
                .setAttribute(SYSTEM, "datomic")
                .setAttribute(OPERATION, "transact")
                .setAttribute(ACTION, action)
                .setAttribute(RETRIES, (long) retries)
                .startSpan();
    }

    private static List<Object> borne(List<Object> data, Span span) {
        SpanContext context = span.getSpanContext();
        if (!span.isRecording() || !context.isSampled()) {
            return data;
        }
        List<Object> traced = new ArrayList<>(data);
        traced.add(
                Util.list(Attributes.ADD, Attributes.THIS_TRANSACTION, Attributes.ACTION_SPAN_ID, context.getSpanId()));
        return traced;
    }

    private static void end(Span span, Committed committed, Throwable failure) {
        if (failure == null) {
            span.setAttribute(T, committed.t().value());
        } else {
            span.setAttribute(ERROR, failure.getClass().getName())
                    .setStatus(StatusCode.ERROR)
                    .recordException(failure);
        }
        span.end();
    }
}

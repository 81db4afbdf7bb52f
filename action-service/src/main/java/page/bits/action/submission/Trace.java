package page.bits.action.submission;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.List;

/**
 * The trace that a request belongs to. It is handed on with the request, since that goes through threads which know nothing of
 * it: those that decide, and Datomic's own.
 *
 * @param id what the transaction bears
 * @param request the span of the request, which that of its transaction becomes a child of; without a span while tracing is off,
 *     or where there is no request
 */
public record Trace(TraceId id, Context request) {

    /** Of the request that the calling thread works on. */
    public static Trace of(List<String> traceparent) {
        Span request = Span.current();
        return request.getSpanContext().isValid()
                ? new Trace(
                        new TraceId(request.getSpanContext().getTraceId()),
                        Context.root().with(request))
                : new Trace(TraceId.of(traceparent), Context.root());
    }

    /** Of what nobody asked for by a request. */
    public static Trace random() {
        return new Trace(TraceId.random(), Context.root());
    }
}

package page.bits.view.live;

import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;
import page.bits.peer.BasisT;

/**
 * A transaction that touched a view and whose trace is to be continued.
 *
 * @param span the span that made it, in another process or in this one
 * @param t its t
 * @param arrived when this node heard of it
 */
record Cause(SpanContext span, BasisT t, Instant arrived) {

    Cause {
        if (!span.isValid()) {
            throw new IllegalArgumentException("not a span: " + span);
        }
    }
}

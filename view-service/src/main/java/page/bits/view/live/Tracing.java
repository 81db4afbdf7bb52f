package page.bits.view.live;

import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import page.bits.peer.Attributes;
import page.bits.peer.Transaction;
import page.bits.view.ViewsConfig;

/**
 * Finds the traces that transactions bear, for their pushes to be part of them. While tracing is off it finds none, and looks
 * at nothing.
 */
@Singleton
class Tracing {

    private final boolean on;
    private final Tracer tracer;
    private final ViewsConfig config;

    Tracing(
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled,
            ViewsConfig config) {
        this.on = !disabled;
        this.tracer = telemetry.getTracer("page.bits.view");
        this.config = config;
    }

    /**
     * The transaction as something to be traced further; none if it bears no span, which says that its trace is not recorded.
     *
     * @param arrived when this node heard of it
     * @param db any database value with the schema
     */
    Optional<Cause> causeIn(Transaction transaction, Instant arrived, Database db) {
        if (!on) {
            return Optional.empty();
        }
        return fact(transaction, Attributes.ACTION_SPAN_ID, db)
                .flatMap(span ->
                        fact(transaction, Attributes.ACTION_TRACE_ID, db).map(trace -> remote(trace, span)))
                .filter(SpanContext::isValid)
                .map(span -> new Cause(span, transaction.t(), arrived));
    }

    /** @param readers how many read the view at the time of the call */
    PushTraces pushesOf(Selection selection, IntSupplier readers) {
        return new PushTraces(tracer, selection, readers, config.tracesPerRendering());
    }

    private static SpanContext remote(String trace, String span) {
        return SpanContext.createFromRemoteParent(trace, span, TraceFlags.getSampled(), TraceState.getDefault());
    }

    /** What the transaction tells about itself. */
    private static Optional<String> fact(Transaction transaction, Object attribute, Database db) {
        Object itself = Peer.toTx(transaction.t().value());
        return transaction.datoms().stream()
                .filter(datom -> datom.added() && datom.e().equals(itself))
                .filter(datom -> db.ident(datom.a()) == attribute)
                .map(Datom::v)
                .map(String.class::cast)
                .findFirst();
    }
}

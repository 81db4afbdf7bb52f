package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import datomic.Peer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import page.bits.peer.Attributes;

/** Nothing is traced unless that is switched on. */
@QuarkusTest
class UntracedTest extends ServiceTest {

    @Inject
    OpenTelemetry telemetry;

    @Inject
    InMemorySpanExporter exporter;

    @Test
    void aTraceThatARequestIsPartOfIsNamedButNotToBeContinued() {
        long t = as(guest("Alice"))
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .body(Map.of("handle", newHandle(), "displayName", "Alice"))
                .post("/actions/register-creator")
                .jsonPath()
                .getLong("t");
        Entity transaction = peer.db().entity(Peer.toTx(t));
        assertThat(transaction.get(Attributes.ACTION_TRACE_ID), equalTo("4bf92f3577b34da6a3ce929d0e0e4736"));
        assertThat(transaction.get(Attributes.ACTION_SPAN_ID), nullValue());
        ((OpenTelemetrySdk) telemetry).getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
        assertThat(exporter.getFinishedSpanItems(), empty());
    }
}

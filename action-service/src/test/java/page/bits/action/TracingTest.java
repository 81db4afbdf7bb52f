package page.bits.action;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import datomic.Peer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.Attributes;

/** A trace goes from the request to the transaction, and is found on it by who continues it. */
@QuarkusTest
@TestProfile(TracingTest.On.class)
class TracingTest extends ServiceTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";

    public static class On implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.otel.sdk.disabled", "false");
        }
    }

    @Inject
    InMemorySpanExporter exporter;

    @BeforeEach
    void forget() {
        exporter.reset();
    }

    @Test
    void theCallerTheRequestAndTheTransactionAreOneTrace() {
        Response reply = register("00-" + TRACE + "-" + CALLER + "-01");
        SpanData server = awaitSpan(SpanKind.SERVER);
        assertThat(server.getTraceId(), equalTo(TRACE));
        assertThat(server.getParentSpanId(), equalTo(CALLER));
        SpanData transact = awaitSpan(SpanKind.PRODUCER);
        assertThat(transact.getName(), equalTo("transact register-creator"));
        assertThat(transact.getTraceId(), equalTo(TRACE));
        assertThat(transact.getParentSpanId(), equalTo(server.getSpanId()));
        assertThat(transact.getAttributes().get(stringKey("db.system.name")), equalTo("datomic"));
        assertThat(transact.getAttributes().get(stringKey("bits.action")), equalTo("register-creator"));
        assertThat(transact.getAttributes().get(longKey("bits.retries")), equalTo(0L));
        assertThat(
                transact.getAttributes().get(longKey("bits.t")),
                equalTo(reply.jsonPath().getLong("t")));
        Entity transaction = transactionOf(reply);
        assertThat(transaction.get(Attributes.ACTION_TRACE_ID), equalTo(TRACE));
        assertThat(transaction.get(Attributes.ACTION_SPAN_ID), equalTo(transact.getSpanId()));
    }

    @Test
    void withoutATraceparentTheTransactionIsPartOfTheTraceThatTheRequestBegins() {
        Entity transaction = transactionOf(register());
        SpanData transact = awaitSpan(SpanKind.PRODUCER);
        assertThat(transaction.get(Attributes.ACTION_TRACE_ID), equalTo(transact.getTraceId()));
        assertThat(transaction.get(Attributes.ACTION_SPAN_ID), equalTo(transact.getSpanId()));
        assertThat(awaitSpan(SpanKind.SERVER).getSpanId(), equalTo(transact.getParentSpanId()));
    }

    @Test
    void aTraceThatItsCallerDoesNotSampleIsNamedButNotToBeContinued() {
        Entity transaction = transactionOf(register("00-" + TRACE + "-" + CALLER + "-00"));
        assertThat(transaction.get(Attributes.ACTION_TRACE_ID), equalTo(TRACE));
        assertThat(transaction.get(Attributes.ACTION_SPAN_ID), nullValue());
    }

    private Response register(String... traceparent) {
        return as(guest("Alice"))
                .headers(traceparent.length == 0 ? Map.of() : Map.of("traceparent", traceparent[0]))
                .body(Map.of("handle", newHandle(), "displayName", "Alice"))
                .post("/actions/register-creator");
    }

    private Entity transactionOf(Response reply) {
        assertThat(reply.asString(), reply.statusCode(), is(200));
        return peer.db().entity(Peer.toTx(reply.jsonPath().getLong("t")));
    }

    private SpanData awaitSpan(SpanKind kind) {
        await().atMost(SOON).until(() -> !spans(kind).isEmpty());
        assertThat(spans(kind).size(), is(1));
        return spans(kind).get(0);
    }

    private List<SpanData> spans(SpanKind kind) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getKind() == kind)
                .toList();
    }
}

package page.bits.view.live;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.ACTION_SPAN_ID;
import static page.bits.peer.Attributes.ACTION_TRACE_ID;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.THIS_TRANSACTION;

import datomic.Util;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** The trace of a transaction that was made elsewhere goes on to the frame that shows it. */
@QuarkusTest
@TestProfile(TracingTest.On.class)
class TracingTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    public static class On implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.otel.sdk.disabled", "false");
        }
    }

    @Inject
    World world;

    @Inject
    InMemorySpanExporter exporter;

    @Inject
    FailingFeatureTest.BioFeature bio;

    @TestHTTPResource
    URI address;

    private String alice;

    @BeforeEach
    void creator() {
        alice = world.creator();
        exporter.reset();
    }

    @Test
    void aPushIsASpanWhoseParentIsTheOneThatMadeTheTransaction() {
        try (StreamClient reader = open("posts");
                StreamClient other = open("posts")) {
            await().atMost(SOON).until(() -> eventsOf(reader) == 1 && eventsOf(other) == 1);
            Instant before = Instant.now();
            BasisT t = post(TRACE, SPAN);
            SpanData push = awaitPush();
            assertEquals("push posts", push.getName());
            assertEquals(SpanKind.CONSUMER, push.getKind());
            assertEquals(TRACE, push.getTraceId());
            assertEquals(SPAN, push.getParentSpanId());
            assertTrue(push.getParentSpanContext().isRemote());
            assertTrue(push.getStartEpochNanos() >= nanos(before), "begins when the transaction arrives");
            assertTrue(push.getEndEpochNanos() >= push.getStartEpochNanos());
            assertEquals("posts", push.getAttributes().get(stringKey("bits.feature")));
            assertEquals(alice, push.getAttributes().get(stringKey("bits.key")));
            assertEquals(t.value(), push.getAttributes().get(longKey("bits.t")));
            assertEquals(t.value(), push.getAttributes().get(longKey("bits.version")));
            assertEquals(2, push.getAttributes().get(longKey("bits.readers")));
            assertEquals(List.of("delta"), push.getAttributes().get(stringArrayKey("bits.events")));
        }
    }

    @Test
    void everyKindOfEventIsNamed() {
        try (StreamClient json = open("posts");
                StreamClient html = open("posts", "?format=html")) {
            await().atMost(SOON).until(() -> eventsOf(json) == 1 && eventsOf(html) == 1);
            post(TRACE, SPAN);
            assertEquals(List.of("delta", "morph"), awaitPush().getAttributes().get(stringArrayKey("bits.events")));
        }
    }

    @Test
    void aTransactionWithoutASpanIsNotTraced() {
        try (StreamClient reader = open("posts")) {
            await().atMost(SOON).until(() -> eventsOf(reader) == 1);
            world.transact(
                    World.newPost(UUID.randomUUID(), alice, "not sampled"),
                    Util.map(DB_ID, THIS_TRANSACTION, ACTION_TRACE_ID, TRACE));
            post(TRACE, "not a span");
            BasisT traced = post(TRACE, SPAN);
            await().atMost(SOON)
                    .until(() -> pushes().stream()
                            .anyMatch(push ->
                                    traced.value() == push.getAttributes().get(longKey("bits.t"))));
            assertEquals(1, pushes().size());
        }
    }

    @Test
    void ofTransactionsThatComeTogetherEachHasThePushInItsOwnTrace() {
        List<String> traces =
                IntStream.rangeClosed(1, 10).mapToObj("%032x"::formatted).toList();
        try (StreamClient reader = open("posts")) {
            await().atMost(SOON).until(() -> eventsOf(reader) == 1);
            traces.forEach(trace -> post(trace, SPAN));
            await().atMost(SOON).until(() -> pushes().size() == traces.size());
            assertEquals(
                    traces, pushes().stream().map(SpanData::getTraceId).sorted().toList());
        }
    }

    @Test
    void aRenderingThatFailsIsAnErrorInTheTrace() {
        try (StreamClient reader = open("bio")) {
            await().atMost(SOON).until(() -> eventsOf(reader) == 1);
            bio.fail(FailingFeatureTest.Place.VIEW, 1);
            world.transact(
                    Util.map(DB_ID, Util.list(CREATOR_HANDLE, alice), CREATOR_BIO, "changed"),
                    Util.map(DB_ID, THIS_TRANSACTION, ACTION_TRACE_ID, TRACE, ACTION_SPAN_ID, SPAN));
            SpanData push = awaitPush();
            assertEquals(StatusCode.ERROR, push.getStatus().getStatusCode());
            assertEquals("exception", push.getEvents().get(0).getName());
            await().atMost(SOON).until(() -> eventsOf(reader) == 2);
            assertEquals(1, pushes().size());
        }
    }

    private BasisT post(String trace, String span) {
        return world.transact(
                World.newPost(UUID.randomUUID(), alice, "x"),
                Util.map(DB_ID, THIS_TRANSACTION, ACTION_TRACE_ID, trace, ACTION_SPAN_ID, span));
    }

    private SpanData awaitPush() {
        await().atMost(SOON).until(() -> !pushes().isEmpty());
        assertEquals(1, pushes().size());
        return pushes().get(0);
    }

    private List<SpanData> pushes() {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().startsWith("push "))
                .toList();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    private static int eventsOf(StreamClient reader) {
        return reader.events().size();
    }

    private StreamClient open(String feature) {
        return open(feature, "");
    }

    private StreamClient open(String feature, String query) {
        return StreamClient.get(address.getPort(), "/views/" + feature + "/" + alice + query)
                .open();
    }
}

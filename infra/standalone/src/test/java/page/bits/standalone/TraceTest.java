package page.bits.standalone;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import page.bits.standalone.TraceReceiver.Exported;

/** What a receiver of traces gets to see of a post and of its way to a reader. */
@QuarkusTest
@TestProfile(TraceTest.Traced.class)
@QuarkusTestResource(value = TraceReceiver.class, restrictToAnnotatedClass = true)
class TraceTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";

    public static class Traced implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.demo", "true", "bits.datomic.uri", "datomic:mem://trace-test");
        }
    }

    List<Exported> exported;

    @TestHTTPResource("/views/posts/alice")
    URI stream;

    @Test
    void aPostItsTransactionAndItsPushAreOneTrace() {
        await().atMost(SOON).until(() -> given().get("/q/health/ready").statusCode() == 200);
        List<String> lines = new CopyOnWriteArrayList<>();
        HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(stream)
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .thenAccept(response -> response.body().forEach(lines::add));
        await().atMost(SOON).until(() -> lines.contains("event: snapshot"));

        String token = given().contentType(ContentType.JSON)
                .body(Map.of("handle", "alice"))
                .post("/auth/demo")
                .jsonPath()
                .getString("token");
        given().contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + token)
                .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                .body(Map.of("creator", "alice", "text", "traced"))
                .post("/actions/publish-post")
                .then()
                .statusCode(200);

        await().atMost(SOON).until(() -> lines.contains("event: delta"));
        Exported post = awaitChildOf(CALLER);
        Exported transact = awaitChildOf(hex(post.span().getSpanId()));
        Exported push = awaitChildOf(hex(transact.span().getSpanId()));
        assertEquals(
                List.of("POST /actions/publish-post", "transact publish-post", "push posts"),
                List.of(
                        post.span().getName(),
                        transact.span().getName(),
                        push.span().getName()));
        assertEquals(
                List.of(
                        Span.SpanKind.SPAN_KIND_SERVER,
                        Span.SpanKind.SPAN_KIND_PRODUCER,
                        Span.SpanKind.SPAN_KIND_CONSUMER),
                List.of(
                        post.span().getKind(),
                        transact.span().getKind(),
                        push.span().getKind()));
        assertEquals("bits-standalone", push.service());
    }

    private Exported awaitChildOf(String parent) {
        return await().atMost(SOON)
                .until(
                        () -> exported.stream()
                                .filter(each -> hex(each.span().getTraceId()).equals(TRACE))
                                .filter(each ->
                                        hex(each.span().getParentSpanId()).equals(parent))
                                .toList(),
                        found -> found.size() == 1)
                .get(0);
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }
}

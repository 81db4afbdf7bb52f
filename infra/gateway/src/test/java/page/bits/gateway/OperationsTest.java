package page.bits.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** What the application itself answers under {@code /q}, and to whom. */
@QuarkusTest
@QuarkusTestResource(OperationsTest.Nodes.class)
class OperationsTest {

    private static final String ELSEWHERE = "Forwarded: for=203.0.113.7";

    /** Two tiers that describe themselves. */
    public static final class Nodes implements QuarkusTestResourceLifecycleManager {

        private final Vertx vertx = Installation.vertx();

        @Override
        public Map<String, String> start() {
            try {
                return Map.of(
                        "bits.gateway.actions", node("/actions/x"),
                        "bits.gateway.views", node("/views/x"),
                        "bits.proxies", "127.0.0.1",
                        "quarkus.http.host", "127.0.0.1",
                        "quarkus.http.port", Integer.toString(Installation.freePort()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private String node(String path) {
            Service service = new Service(vertx, path);
            JsonObject described =
                    new JsonObject().put("openapi", "3.1.0").put("paths", new JsonObject().put(path, new JsonObject()));
            service.answer =
                    request -> request.response().end(request.path().equals("/q/openapi") ? described.encode() : path);
            return service.address();
        }

        @Override
        public void stop() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Wire wire() throws IOException {
        return new Wire(ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class));
    }

    @Test
    void isReadyOnceItKnowsItsNodes() throws IOException {
        await().until(() -> status("/q/health/ready") == 200);
        assertEquals(200, status("/q/metrics"));
        assertEquals(200, status("/views/x"));
    }

    private static int status(String path) throws IOException {
        try (Wire client = wire()) {
            return client.get(path).answer().status();
        }
    }

    @Test
    void describesAllTiersInOneDocument() throws IOException {
        try (Wire client = wire()) {
            JsonObject whole = new JsonObject(client.get("/q/openapi").answer().body());
            assertTrue(whole.getJsonObject("paths").containsKey("/actions/x"));
            assertTrue(whole.getJsonObject("paths").containsKey("/views/x"));
            assertEquals("Bits", whole.getJsonObject("info").getString("title"));
        }
    }

    @Test
    void tellsNothingToWhoIsNoOperator() throws IOException {
        for (String path :
                new String[] {"/q/health/ready", "/q/metrics", "/q/openapi", "/%71/metrics", "/q;a/metrics"}) {
            for (String whom : new String[] {ELSEWHERE, "Forwarded: for=unknown", "X-Forwarded-For: 203.0.113.7"}) {
                try (Wire client = wire()) {
                    assertEquals(404, client.get(path, whom).answer().status(), path + " " + whom);
                }
            }
        }
    }
}

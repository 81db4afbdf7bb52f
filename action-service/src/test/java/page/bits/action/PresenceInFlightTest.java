package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.identity.ServiceToken;
import page.bits.peer.DatomicPeer;
import page.bits.presence.peer.PresenceDatabase;

/** How much presence a node takes on at once. */
@QuarkusTest
@TestProfile(PresenceInFlightTest.One.class)
class PresenceInFlightTest extends ServiceTest {

    private static final int CLIENTS = 8;

    public static class One implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.action.presence.max-in-flight", "1");
        }
    }

    @Inject
    @PresenceDatabase
    DatomicPeer presence;

    @Inject
    ServiceToken token;

    /** Each makes nodes known until one of them was told that there are too many at once. */
    @Test
    void whatIsTooMuchAtOnceIsNotSubmittedAndItsPlaceIsGivenBack() throws Exception {
        presence.whenReady().get(60, TimeUnit.SECONDS);
        Queue<Response> refused = new ConcurrentLinkedQueue<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        IntStream.range(0, CLIENTS)
                .forEach(client -> threads.execute(() -> {
                    while (refused.isEmpty() && System.nanoTime() < end) {
                        Response response = makeKnown();
                        if (response.statusCode() != 200) {
                            refused.add(response);
                        }
                    }
                }));
        threads.shutdown();
        assertThat(threads.awaitTermination(90, TimeUnit.SECONDS), is(true));

        assertThat(refused.isEmpty(), is(false));
        for (Response response : refused) {
            assertProblem(response, 503, "unavailable");
            assertThat(response.header("Retry-After"), equalTo("1"));
        }
        assertThat("one of them was taken", refused.size(), lessThan(CLIENTS));
        assertThat(makeKnown().statusCode(), is(200));
    }

    private Response makeKnown() {
        JsonArray crowd = new JsonArray();
        IntStream.range(0, 500)
                .forEach(i -> crowd.add(new JsonObject()
                        .put("creator", "alice-" + i)
                        .put("join", true)
                        .put("anonymous", "%016x".formatted(i))));
        JsonObject body = new JsonObject()
                .put("kind", "renew")
                .put("node", UUID.randomUUID().toString().replace("-", "").substring(0, 22))
                .put("lease", 0)
                .put("changes", crowd);
        return json().header("Authorization", "Bearer " + token.value())
                .body(body.encode())
                .post("/actions/presence");
    }
}

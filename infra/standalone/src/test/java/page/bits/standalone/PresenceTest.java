package page.bits.standalone;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesRegex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Forgery;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;

/** Presence by HTTP, with all that is behind it, on one node. The times are shorter than by default. */
@QuarkusTest
@TestProfile(PresenceTest.Quicker.class)
class PresenceTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    public static class Quicker implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "bits.datomic.uri", "datomic:mem://presence-test",
                    "bits.auth.guest-key", Forgery.SETTING,
                    "bits.sse.keepalive", "PT1S",
                    "bits.presence.grace", "PT2S",
                    "bits.presence.handover", "PT0.2S");
        }
    }

    @TestHTTPResource
    URI address;

    private final List<StreamClient> streams = new ArrayList<>();
    private String creator;
    private String path;

    @BeforeEach
    void aPageThatNobodyHasBeenAt() {
        await().atMost(Duration.ofSeconds(90))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        creator = "c" + UUID.randomUUID().toString().substring(0, 8);
        path = "/presence/" + creator;
    }

    @AfterEach
    void everyoneLeaves() {
        streams.forEach(StreamClient::close);
    }

    private StreamClient open(String query, String... headers) {
        StreamClient.Request request = StreamClient.get(address.getPort(), path + query);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        StreamClient stream = request.open();
        streams.add(stream);
        assertEquals(200, stream.status());
        return stream;
    }

    private static String[] as(String subject, String name) {
        return token(subject, name, Instant.now().plusSeconds(3_600));
    }

    private static String[] token(String subject, String name, Instant expires) {
        return new String[] {
            "Authorization",
            "Bearer "
                    + Forgery.token(claims -> {
                        claims.put("sub", subject);
                        claims.put("name", name);
                        claims.put("exp", expires.getEpochSecond());
                    })
        };
    }

    private JsonObject get() {
        return new JsonObject(given().get(path).then().statusCode(200).extract().asString());
    }

    private int count() {
        return get().getInteger("count");
    }

    private static List<String> names(JsonObject audience) {
        return audience.getJsonArray("viewers").stream()
                .map(viewer -> ((JsonObject) viewer).getString("name"))
                .toList();
    }

    private static void soon(Callable<Boolean> holds) {
        await().atMost(SOON).until(holds);
    }

    /** What a reader makes of a stream: the audience, without {@code stale}, and its t. */
    private static JsonObject replica(List<Event> events) {
        Map<String, JsonObject> viewers = new TreeMap<>();
        JsonObject audience = new JsonObject();
        for (Event event : events) {
            JsonObject data = new JsonObject(event.data());
            if (event.name().equals("snapshot")) {
                viewers.clear();
                data.getJsonArray("viewers").forEach(viewer -> put(viewers, viewer));
            } else if (event.name().equals("delta")) {
                data.getJsonArray("left").forEach(id -> viewers.remove((String) id));
                data.getJsonArray("joined").forEach(viewer -> put(viewers, viewer));
            } else {
                continue;
            }
            List<JsonObject> inOrder = viewers.values().stream()
                    .sorted(Comparator.comparing((JsonObject viewer) -> Instant.parse(viewer.getString("since")))
                            .thenComparing(viewer -> viewer.getString("id")))
                    .toList();
            audience = new JsonObject()
                    .put("creator", data.getString("creator"))
                    .put("count", data.getInteger("count"))
                    .put("viewers", new JsonArray(inOrder))
                    .put("anonymous", data.getInteger("anonymous"));
        }
        return audience;
    }

    private static void put(Map<String, JsonObject> viewers, Object viewer) {
        viewers.put(((JsonObject) viewer).getString("id"), (JsonObject) viewer);
    }

    private boolean showsWhatThereIs(StreamClient stream) {
        JsonObject now = get();
        now.remove("t");
        now.remove("stale");
        return replica(stream.events()).equals(now);
    }

    @Test
    void nobodyIsAtAPageThatNobodyLooksAt() {
        given().get(path)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Bits-T", matchesRegex("\\d+"))
                .body("creator", equalTo(creator))
                .body("count", equalTo(0))
                .body("viewers", equalTo(List.of()))
                .body("anonymous", equalTo(0))
                .body("stale", equalTo(false));
    }

    @Test
    void whoeverIsConnectedIsPresentAndWhoObservesIsNot() {
        StreamClient observer = open("?observe=true");
        StreamClient named = open("", as("ann", "Ann"));
        open("?viewer=somebody");
        soon(() -> count() == 2);
        assertEquals(List.of("Ann"), names(get()));
        assertEquals(1, get().getInteger("anonymous"));
        soon(() -> showsWhatThereIs(observer));
        soon(() -> showsWhatThereIs(named));
        assertEquals(
                22,
                get().getJsonArray("viewers").getJsonObject(0).getString("id").length());
    }

    @Test
    void severalTabsCountOnceAndTheViewerLeavesWithTheLastOne() {
        StreamClient observer = open("?observe=true");
        StreamClient first = open("", as("ann", "Ann"));
        StreamClient second = open("", as("ann", "Ann"));
        StreamClient third = open("?viewer=x");
        StreamClient fourth = open("?viewer=x");
        soon(() -> count() == 2);
        first.close();
        third.close();
        // What follows is written after what the closing of a tab would have been.
        open("?viewer=y");
        soon(() -> count() == 3);
        second.close();
        fourth.close();
        soon(() -> count() == 1);
        assertEquals(List.of(), names(get()));
        soon(() -> showsWhatThereIs(observer));
        assertEquals(
                List.of(0, 3, 1),
                List.of(
                        counts(observer).get(0),
                        counts(observer).stream().max(Comparator.naturalOrder()).orElseThrow(),
                        counts(observer).get(counts(observer).size() - 1)));
    }

    private static List<Integer> counts(StreamClient stream) {
        return stream.events().stream()
                .map(event -> new JsonObject(event.data()).getInteger("count"))
                .filter(Objects::nonNull)
                .collect(Collectors.toList());
    }

    @Test
    void aReloadIsNothingThatOthersSee() {
        StreamClient observer = open("?observe=true");
        StreamClient page = open("?viewer=reloads");
        soon(() -> counts(observer).contains(1));
        int told = counts(observer).size();
        for (int i = 0; i < 5; i++) {
            page.close();
            page = open("?viewer=reloads");
        }
        // Longer than the grace since the first of them, by the server's own keepalives.
        soon(() -> observer.events().stream()
                        .filter(event -> event.name().equals("keepalive"))
                        .count()
                >= 4);
        assertEquals(told, counts(observer).size());
    }

    @Test
    void whoIsSignedInMayHideAndCountsOnceAllTheSame() {
        open("", as("ann", "Ann"));
        StreamClient hidden = open("?anonymous=true", as("ann", "Ann"));
        open("?anonymous=true&viewer=ann", as("bob", "Bob"));
        soon(() -> count() == 2);
        assertEquals(List.of("Ann"), names(get()));
        streams.get(0).close();
        soon(() -> names(get()).isEmpty());
        assertEquals(2, count());
        hidden.close();
        soon(() -> count() == 1);
    }

    @Test
    void aViewersNameIsTheNewest() {
        StreamClient observer = open("?observe=true");
        open("", as("ann", "Ann"));
        soon(() -> names(get()).equals(List.of("Ann")));
        open("", as("ann", "Anna <b>"));
        soon(() -> names(get()).equals(List.of("Anna <b>")));
        assertEquals(1, count());
        soon(() -> showsWhatThereIs(observer));
    }

    @Test
    void aReaderComesBackWithAnyIdAndHasWhatThereIs() {
        StreamClient observer = open("?observe=true");
        open("", as("ann", "Ann"));
        soon(() -> counts(observer).contains(1));
        List<Event> seen = observer.events();
        StreamClient bob = open("", as("bob", "Bob"));
        soon(() -> count() == 2);
        bob.close();
        open("?viewer=z");
        soon(() -> count() == 2 && names(get()).equals(List.of("Ann")));
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).id().isEmpty()) {
                continue;
            }
            List<Event> all = new ArrayList<>(seen.subList(0, i + 1));
            StreamClient back =
                    open("?observe=true", "Last-Event-ID", seen.get(i).id());
            soon(() -> !back.events().isEmpty());
            assertEquals("delta", back.events().get(0).name());
            all.addAll(back.events());
            JsonObject now = get();
            now.remove("t");
            now.remove("stale");
            assertEquals(now, replica(all));
        }
        String newest = open("?observe=true").events().stream()
                .map(Event::id)
                .findFirst()
                .orElseGet(() -> await().atMost(SOON)
                        .until(() -> streams.get(streams.size() - 1).lastEventId(), id -> id != null && !id.isEmpty()));
        StreamClient upToDate = open("?observe=true&from=" + newest);
        soon(() -> !upToDate.events().isEmpty());
        assertEquals("keepalive", upToDate.events().get(0).name());
        for (String unknown : List.of("zzzz.7", "nonsense", "-1")) {
            StreamClient lost = open("?observe=true&from=" + unknown);
            soon(() -> !lost.events().isEmpty());
            assertEquals("snapshot", lost.events().get(0).name());
        }
    }

    @Test
    void aStreamEndsWithItsTokenAndIsToldToReconnect() {
        StreamClient brief = open("", token("ann", "Ann", Instant.now().plusSeconds(3)));
        soon(brief::hasEnded);
        Event last = brief.events().get(brief.events().size() - 1);
        assertEquals("reconnect", last.name());
        assertTrue(new JsonObject(last.data()).getInteger("retry") <= 2_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?viewer=", "?viewer=a%20b", "?observe=yes", "?anonymous=1", "?observe="})
    void aParameterThatCantBeUsedIsToldAndNobodyIsPresent(String query) {
        given().accept("text/event-stream")
                .get(path + query)
                .then()
                .statusCode(422)
                .header("Content-Type", "application/problem+json");
        given().accept("text/event-stream")
                .get(path + "?viewer=" + "x".repeat(65))
                .then()
                .statusCode(422);
        assertEquals(0, count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "a", "alice!", "-alice", "Alice"})
    void whatIsNoHandleHasNoPresence(String handle) {
        for (String accept : List.of("application/json", "text/event-stream")) {
            given().accept(accept)
                    .get("/presence/" + handle)
                    .then()
                    .statusCode(404)
                    .header("Content-Type", "application/problem+json");
        }
    }

    private double figure(String name) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void figuresTellOfIt() {
        open("?viewer=a");
        open("?viewer=a");
        System.gc(); // a registry holds what it tells of weakly, if it is not told otherwise
        soon(() -> figure("bits_presence_connections") == 2 && figure("bits_presence_nodes") == 1);
        String metrics = given().get("/q/metrics").asString();
        for (String figure : List.of(
                "bits_presence_viewers",
                "bits_presence_creators",
                "bits_presence_nodes",
                "bits_presence_lease_age_seconds",
                "bits_presence_ticks_total",
                "bits_presence_transactions_total",
                "bits_presence_failures_total",
                "bits_presence_sweeps_total",
                "bits_sse_streams{streams=\"presence\"",
                "bits_sse_streams{streams=\"views\"")) {
            assertTrue(metrics.contains("\n" + figure), figure);
        }
    }

    @Test
    void itIsDescribedWithTheOtherServices() {
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths.keySet()", hasItems("/presence/{handle}", "/views/{feature}/{key}"));
    }
}

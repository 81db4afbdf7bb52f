package page.bits.view.live;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;
import page.bits.view.Json;
import page.bits.view.World;
import page.bits.view.posts.PostsFeature;
import page.bits.view.posts.PostsView;

/** The streams of {@code posts}, byte by byte as the contract has them. */
@QuarkusTest
class ViewStreamsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    World world;

    @Inject
    PostsFeature posts;

    @Inject
    Json json;

    @Inject
    LiveViews views;

    @TestHTTPResource
    URI address;

    private String alice;
    private String path;

    @BeforeEach
    void creator() {
        alice = world.creator();
        path = "/views/posts/" + alice;
    }

    @AfterEach
    void everyViewIsForgottenOnceItsReadersAreGone() {
        await().atMost(SOON).until(() -> views.size() == 0);
    }

    @Test
    void aNewReaderGetsASnapshotAndThenDeltas() {
        UUID first = world.post(alice, "Hello");
        try (StreamClient reader = open(path)) {
            assertEquals(200, reader.status());
            assertEquals("text/event-stream;charset=UTF-8", reader.header("Content-Type"));
            assertEquals("no-store", reader.header("Cache-Control"));
            assertEquals("no", reader.header("X-Accel-Buffering"));
            awaitEvents(reader, 1);
            String t1 = tOf(reader, 0);
            String expected = "retry: 2000\n\n"
                    + "event: snapshot\n"
                    + "id: " + epoch() + "." + t1 + "\n"
                    + "data: {\"feature\":\"posts\",\"key\":\"" + alice + "\",\"t\":" + t1 + ",\"view\":{\"posts\":["
                    + post(0, t1) + "]}}\n\n";
            assertEquals(expected, reader.body());

            world.post(alice, "World");
            awaitEvents(reader, 2);
            String t2 = tOf(reader, 1);
            expected += "event: delta\n"
                    + "id: " + epoch() + "." + t2 + "\n"
                    + "data: {\"feature\":\"posts\",\"key\":\"" + alice + "\",\"t\":" + t2 + ",\"put\":[" + post(0, t2)
                    + "],\"remove\":[],\"deleted\":[]}\n\n";
            assertEquals(expected, reader.body());

            BasisT t3 = world.delete(first);
            awaitEvents(reader, 3);
            expected += "event: delta\n"
                    + "id: " + epoch() + "." + t3 + "\n"
                    + "data: {\"feature\":\"posts\",\"key\":\"" + alice + "\",\"t\":" + t3
                    + ",\"put\":[],\"remove\":[\"" + first + "\"],\"deleted\":[\"" + first + "\"]}\n\n";
            assertEquals(expected, reader.body());
        }
    }

    @Test
    void anHtmlReaderGetsTheWholeFragmentWheneverItChanges() {
        world.post(alice, "Hello");
        try (StreamClient reader = open(path + "?format=html")) {
            awaitEvents(reader, 1);
            world.post(alice, "two\nlines <b>");
            awaitEvents(reader, 2);
            for (Event event : reader.events()) {
                assertEquals("morph", event.name());
                long t = Long.parseLong(event.id().substring(event.id().indexOf('.') + 1));
                assertEquals(html(t), event.data());
            }
            assertTrue(reader.body().startsWith("retry: 2000\n\nevent: morph\nid: " + epoch() + "."), reader.body());
        }
    }

    @Test
    void aReaderThatComesBackGetsOneDeltaFromWhereItWas() {
        UUID kept = world.post(alice, "kept");
        UUID deleted = world.post(alice, "deleted");
        String id = epoch() + "." + BasisT.of(world.peer.db());
        world.post(alice, "new");
        world.edit(kept, "edited");
        world.delete(deleted);
        for (String how : List.of("header", "parameter", "bare t")) {
            try (StreamClient reader = resume(how, id)) {
                awaitEvents(reader, 1);
                Event delta = reader.events().get(0);
                assertEquals("delta", delta.name(), how);
                String t = tOf(reader, 0);
                assertEquals(
                        "{\"feature\":\"posts\",\"key\":\"" + alice + "\",\"t\":" + t + ",\"put\":[" + post(0, t) + ","
                                + post(1, t) + "],\"remove\":[\"" + deleted + "\"],\"deleted\":[\"" + deleted + "\"]}",
                        delta.data());
            }
        }
    }

    private StreamClient resume(String how, String id) {
        return switch (how) {
            case "header" ->
                request(path + "?from=" + epoch() + ".1")
                        .header("Last-Event-ID", id)
                        .open();
            case "parameter" -> open(path + "?from=" + id);
            default -> open(path + "?from=" + id.substring(id.indexOf('.') + 1));
        };
    }

    @Test
    void aReaderThatMissedNothingGetsAKeepalive() {
        world.post(alice, "Hello");
        String id = epoch() + "." + BasisT.of(world.peer.db());
        world.post(world.creator(), "someone else's");
        long t = BasisT.of(world.peer.db()).value();
        for (String format : List.of("json", "html")) {
            try (StreamClient reader = open(path + "?format=" + format + "&from=" + id)) {
                awaitEvents(reader, 1);
                // What has been handed to streams may be a moment behind what has been written.
                long told = Long.parseLong(reader.events().get(0).data().replaceFirst("\\{\"t\":([0-9]+),.*", "$1"));
                assertTrue(told <= t, told + " is beyond " + t);
                assertEquals(
                        "retry: 2000\n\nevent: keepalive\ndata: {\"t\":" + told + ",\"stale\":false}\n\n",
                        reader.body());
                world.post(alice, "now");
                awaitEvents(reader, 2);
                assertEquals(
                        format.equals("json") ? "delta" : "morph",
                        reader.events().get(1).name());
            }
            id = epoch() + "." + BasisT.of(world.peer.db());
            t = BasisT.of(world.peer.db()).value();
        }
    }

    @Test
    void anIdFromBeforeTheCreatorWasThereGivesTheWhole() {
        world.post(alice, "Hello");
        try (StreamClient reader = open(path + "?from=" + epoch() + ".1")) {
            awaitEvents(reader, 1);
            assertEquals("snapshot", reader.events().get(0).name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zzzz.1000", "nonsense", "1.2.3", "-1", "", "%0Aevent:%20evil", "99999999999999999999999"})
    void anIdThatIsMalformedOrOfAnotherHistoryGivesASnapshotAtOnce(String id) {
        world.post(alice, "Hello");
        try (StreamClient reader = open(path + "?from=" + id)) {
            awaitEvents(reader, 1);
            assertEquals("snapshot", reader.events().get(0).name());
            assertFalse(reader.body().contains("evil"));
        }
    }

    @Test
    void anIdThatThisNodeHasNotReachedIsWaitedFor() {
        UUID post = world.post(alice, "Hello");
        long next = world.peer.db().nextT();
        CompletableFuture<StreamClient> opened =
                CompletableFuture.supplyAsync(() -> open(path + "?from=" + epoch() + "." + next));
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> !opened.isDone());
        assertEquals(new BasisT(next), world.edit(post, "What it has seen elsewhere"));
        try (StreamClient reader = opened.join()) {
            awaitEvents(reader, 1);
            assertEquals("keepalive", reader.events().get(0).name());
        }
    }

    @Test
    void anIdThatThisNodeDoesNotReachGivesASnapshotInTheEnd() {
        world.post(alice, "Hello");
        try (StreamClient reader = open(path + "?from=" + epoch() + ".999999999")) {
            awaitEvents(reader, 1);
            assertEquals("snapshot", reader.events().get(0).name());
        }
    }

    @Test
    void aStreamWithMinTBeginsNotBeforeIt() {
        try (StreamClient watching = open(path)) {
            awaitEvents(watching, 1);
            for (int i = 0; i < 50; i++) {
                world.post(alice, "post " + i);
                long t = BasisT.of(world.peer.db()).value();
                try (StreamClient reader = open(path + "?min-t=" + t)) {
                    awaitEvents(reader, 1);
                    assertTrue(reader.events().get(0).data().contains("post " + i + "\""), "without post " + i);
                }
            }
        }
    }

    @Test
    void aStreamWhoseMinTDoesNotComeIsRefused() {
        try (StreamClient reader = open(path + "?min-t=999999999")) {
            assertEquals(503, reader.status());
            assertEquals("2", reader.header("Retry-After"));
        }
    }

    @Test
    void textCantLeaveItsEvent() {
        try (StreamClient json = open(path);
                StreamClient html = open(path + "?format=html")) {
            awaitEvents(json, 1);
            awaitEvents(html, 1);
            for (String text : List.of(
                    "a\r\nevent: evil\r\n\r\n",
                    "a\n\nid: evil.1\n\n",
                    "a\revent: evil\r\r",
                    "<img src=x onerror=alert(1)>",
                    "a\u0000b\u2028c")) {
                int before = json.events().size();
                world.post(alice, text);
                awaitEvents(json, before + 1);
                awaitEvents(html, before + 1);
            }
            assertTrue(json.events().stream()
                    .allMatch(event -> List.of("snapshot", "delta").contains(event.name())));
            assertTrue(html.events().stream().allMatch(event -> event.name().equals("morph")));
            assertFalse(html.events().get(html.events().size() - 1).data().contains("<img src=x"));
        }
    }

    @Test
    void aTransactionThatDoesNotTouchTheViewIsNotToldOf() {
        UUID post = world.post(alice, "Hello");
        try (StreamClient reader = open(path)) {
            awaitEvents(reader, 1);
            world.post(world.creator(), "someone else's");
            world.edit(post, "Hello");
            world.like(post, "bob");
            world.like(post, "bob");
            world.post(alice, "the next that counts");
            await().atMost(SOON).until(() -> reader.body().contains("the next that counts"));
            assertTrue(reader.events().size() <= 3, reader.body());
        }
    }

    @Test
    void allLinesOfAcceptCount() {
        StreamClient.Request request = request(path)
                .header("Accept", "application/json;q=0.1, text/html;q=0.2")
                .header("Accept", "text/event-stream");
        try (StreamClient reader = request.open()) {
            awaitEvents(reader, 1);
        }
    }

    @Test
    void badParametersAreProblems() {
        for (String query : List.of("format=xml", "before=x", "as-of=1", "min-t=x")) {
            given().accept("text/event-stream")
                    .get(path + "?" + query)
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("violations[0].field", equalTo(query.substring(0, query.indexOf('='))));
        }
    }

    @Test
    void manyReadersOfOneViewAllSeeEveryState() {
        List<StreamClient> readers = IntStream.range(0, 40)
                .mapToObj(i -> open(path + (i % 2 == 0 ? "" : "?format=html")))
                .toList();
        try {
            for (int i = 0; i < 20; i++) {
                world.post(alice, "post " + i);
            }
            readers.forEach(
                    reader -> await().atMost(SOON).until(() -> reader.body().contains("post 19")));
        } finally {
            readers.forEach(StreamClient::close);
        }
    }

    private StreamClient open(String target) {
        return request(target).open();
    }

    private StreamClient.Request request(String target) {
        return StreamClient.get(address.getPort(), target);
    }

    private static void awaitEvents(StreamClient reader, int count) {
        await().atMost(SOON).until(() -> reader.events().size() >= count || reader.failure() != null);
        assertEquals(count, reader.events().size(), reader.body());
    }

    private static String tOf(StreamClient reader, int event) {
        String id = reader.events().get(event).id();
        return id.substring(id.indexOf('.') + 1);
    }

    private String epoch() {
        return Epoch.of(world.peer.db()).value();
    }

    /** The post at a place of the view at t, as JSON. */
    private String post(int place, String t) {
        return json.write(view(Long.parseLong(t)).posts().get(place));
    }

    private String html(long t) {
        return posts.html(alice, view(t));
    }

    private PostsView view(long t) {
        return posts.view(world.peer.db().asOf(t), alice).orElseThrow();
    }
}

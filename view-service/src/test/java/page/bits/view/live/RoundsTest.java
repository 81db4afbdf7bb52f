package page.bits.view.live;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;
import page.bits.view.Json;
import page.bits.view.ViewKey;
import page.bits.view.World;
import page.bits.view.posts.PostsFeature;

/** Streams of several views: each event tells of all of them, from one database value. */
@QuarkusTest
class RoundsTest {

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
    private String bob;

    @BeforeEach
    void creators() {
        alice = world.creator();
        bob = world.creator();
    }

    @AfterEach
    void everyViewIsForgottenOnceItsReadersAreGone() {
        await().atMost(SOON).until(() -> views.size() == 0);
    }

    @Test
    void theFirstRoundHoldsAllAndTheOthersWhatChanged() {
        world.post(alice, "Hello");
        try (StreamClient reader = open("/views?posts=" + alice + "&counted=" + alice)) {
            Event first = awaitEvent(reader, 1);
            long t1 = t(first);
            assertEquals("round", first.name());
            assertEquals(
                    "{\"t\":" + t1 + ",\"events\":["
                            + "{\"event\":\"snapshot\",\"feature\":\"counted\",\"key\":\"" + alice + "\",\"t\":" + t1
                            + ",\"view\":{\"name\":\"The creator " + alice + "\"}},"
                            + "{\"event\":\"snapshot\",\"feature\":\"posts\",\"key\":\"" + alice + "\",\"t\":" + t1
                            + ",\"view\":" + postsJson(alice, t1) + "}]}",
                    first.data());

            UUID second = world.post(alice, "World");
            Event round = awaitEvent(reader, 2);
            assertEquals(
                    "{\"t\":" + t(round) + ",\"events\":[{\"event\":\"delta\",\"feature\":\"posts\",\"key\":\"" + alice
                            + "\",\"t\":" + t(round) + ",\"put\":["
                            + json.write(posts.view(world.peer.db().asOf(t(round)), alice)
                                    .orElseThrow()
                                    .posts()
                                    .get(0))
                            + "],\"remove\":[],\"deleted\":[]}]}",
                    round.data());
            assertTrue(round.data().contains(second.toString()));
        }
    }

    @Test
    void whatOneTransactionChangesIsOneRound() {
        try (StreamClient reader = open("/views?counted=" + alice + "&counted=" + bob + "&posts=" + alice)) {
            awaitEvent(reader, 1);
            BasisT t = world.transact(
                    name(alice, "A"), name(bob, "B"), World.newPost(UUID.randomUUID(), alice, "all of it"));
            Event round = awaitEvent(reader, 2);
            assertEquals(t.value(), t(round));
            for (String part : new String[] {"{\"name\":\"A\"}", "{\"name\":\"B\"}", "all of it"}) {
                assertTrue(round.data().contains(part), round.data());
            }
        }
    }

    @Test
    void inHtmlARoundIsOneMorphWithAnElementForEachThatChanged() {
        world.post(alice, "Hello");
        try (StreamClient reader = open("/views?format=html&posts=" + alice + "&counted=" + alice)) {
            Event first = awaitEvent(reader, 1);
            assertEquals("morph", first.name());
            assertEquals(
                    "<p id=\"counted-" + alice + "\">The creator " + alice + "</p>\n" + html(alice, t(first)),
                    first.data());
            world.transact(name(alice, "Alice"));
            assertEquals(
                    "<p id=\"counted-" + alice + "\">Alice</p>",
                    awaitEvent(reader, 2).data());
        }
    }

    @Test
    void aReaderThatComesBackGetsOneRoundFromWhereItWas() {
        UUID kept = world.post(alice, "kept");
        String from = id();
        world.edit(kept, "edited");
        world.post(bob, "not asked for");
        for (String format : new String[] {"json", "html"}) {
            try (StreamClient reader = open("/views?posts=" + alice + "&counted=" + alice + "&counted=" + bob
                    + "&format=" + format + "&from=" + from)) {
                Event event = awaitEvent(reader, 1);
                assertTrue(event.data().contains("edited"), event.data());
                assertFalse(event.data().contains("counted"), event.data());
                assertFalse(event.data().contains("not asked for"), event.data());
            }
        }
        try (StreamClient reader = open("/views?posts=" + alice + "&counted=" + alice + "&from=" + id())) {
            assertEquals("keepalive", awaitEvent(reader, 1).name());
        }
    }

    @Test
    void aKeyThatDoesNotExistIsGoneAndLeavesTheOthersRunning() {
        for (String from : new String[] {"", "&from=" + id()}) {
            try (StreamClient reader = open("/views?counted=nobody-there&counted=" + alice + from)) {
                Event first = awaitEvent(reader, 1);
                if (from.isEmpty()) {
                    assertTrue(
                            first.data()
                                    .contains("{\"event\":\"gone\",\"feature\":\"counted\",\"key\":\"nobody-there\""),
                            first.data());
                }
                world.transact(name(alice, "Alice" + from.length()));
                Event next = awaitEvent(reader, 2);
                assertFalse(next.data().contains("nobody-there"), next.data());
            }
        }
        try (StreamClient reader = open("/views?format=html&counted=no\"<b>&counted=" + alice)) {
            assertTrue(
                    awaitEvent(reader, 1)
                            .data()
                            .contains("<div id=\"counted-no&quot;&lt;b&gt;\" data-gone hidden></div>"),
                    reader.body());
        }
    }

    @Test
    void aKeyThatGoesIsGoneOnceAndTheStreamEndsWithTheLastOfThem() {
        try (StreamClient reader = open("/views?counted=" + alice + "&counted=" + bob)) {
            awaitEvent(reader, 1);
            String from = id();
            unregister(alice);
            assertTrue(awaitEvent(reader, 2)
                    .data()
                    .contains("{\"event\":\"gone\",\"feature\":\"counted\",\"key\":\"" + alice));
            unregister(bob);
            assertTrue(awaitEvent(reader, 3)
                    .data()
                    .contains("{\"event\":\"gone\",\"feature\":\"counted\",\"key\":\"" + bob));
            await().atMost(SOON).until(reader::hasEnded);
            try (StreamClient late = open("/views?counted=" + alice + "&counted=" + bob + "&from=" + from)) {
                Event both = awaitEvent(late, 1);
                assertTrue(both.data().contains(alice) && both.data().contains(bob), both.data());
                await().atMost(SOON).until(late::hasEnded);
            }
        }
        given().accept("text/event-stream")
                .get("/views?counted=" + alice + "&counted=" + bob)
                .then()
                .statusCode(404);
    }

    @Test
    void whoWasAwayWhenItWentIsToldThatItIsGone() {
        String from = id();
        unregister(alice);
        for (String format : new String[] {"json", "html"}) {
            try (StreamClient reader = open("/views/counted/" + alice + "?format=" + format + "&from=" + from)) {
                Event gone = awaitEvent(reader, 1);
                assertEquals("gone", gone.name());
                assertEquals("{\"feature\":\"counted\",\"key\":\"" + alice + "\",\"t\":" + t(gone) + "}", gone.data());
                await().atMost(SOON).until(reader::hasEnded);
            }
        }
        given().accept("text/event-stream")
                .get("/views/counted/" + alice + "?from=" + id())
                .then()
                .statusCode(404);
    }

    @Test
    void whetherItIsThereIsAskedForEachReaderAlsoWhileSomebodyStillHoldsIt() {
        LiveViews.Watch held = views.watch(Selection.of(new ViewKey("counted", alice)))
                .toCompletableFuture()
                .join();
        try {
            unregister(alice);
            given().accept("text/event-stream")
                    .get("/views/counted/" + alice + "?min-t=" + id())
                    .then()
                    .statusCode(404);
            world.transact(Util.map(CREATOR_HANDLE, alice, CREATOR_DISPLAY_NAME, "Alice again"));
            try (StreamClient reader = open("/views/counted/" + alice + "?min-t=" + id())) {
                Event first = awaitEvent(reader, 1);
                assertTrue(first.data().contains("Alice again"), first.data());
            }
        } finally {
            held.close();
        }
    }

    @Test
    void aReaderThatHasSeenWhatIsUndoneSinceGetsAFrameThatIsNotOlder() {
        try (StreamClient here = open("/views/counted/" + alice)) {
            awaitEvent(here, 1);
            String name = "The creator " + alice;
            for (int i = 0; i < 50; i++) {
                BasisT there = world.transact(name(alice, "elsewhere " + i));
                world.transact(name(alice, name));
                try (StreamClient reader = open("/views/counted/" + alice + "?from=" + there)) {
                    await().atMost(SOON).until(() -> reader.body().contains(name) || reader.failure() != null);
                    List<Event> events = reader.events();
                    Event last = events.get(events.size() - 1);
                    assertEquals("snapshot", last.name(), reader.body());
                    assertTrue(t(last) > there.value(), last.id() + " after " + there);
                    // Where this node had come no further than the reader, it says so first.
                    events.subList(0, events.size() - 1).forEach(event -> assertEquals("keepalive", event.name()));
                }
            }
        }
    }

    @Test
    void theOrderAndRepetitionOfKeysMakeNoDifference() {
        try (StreamClient some = open("/views?posts=" + alice + "&counted=" + bob + "&posts=" + bob);
                StreamClient others =
                        open("/views?posts=" + bob + "&posts=" + alice + "&counted=" + bob + "&posts=" + bob)) {
            assertEquals(awaitEvent(some, 1).data(), awaitEvent(others, 1).data());
            assertEquals(3, views.size());
        }
    }

    @Test
    void badSelectionsAreProblems() {
        String many = IntStream.rangeClosed(0, 20).mapToObj(i -> "posts=a" + i).collect(Collectors.joining("&"));
        for (String query : new String[] {many, "posts=" + alice + "&before=x", "posts=" + alice + "&format=xml"}) {
            given().accept("text/event-stream").get("/views?" + query).then().statusCode(422);
        }
        for (String query : new String[] {"format=json", "unknown=" + alice, "posts=" + alice + "&pots=x"}) {
            given().accept("text/event-stream").get("/views?" + query).then().statusCode(404);
        }
    }

    private void unregister(String handle) {
        world.transact(Util.list(Util.read(":db/retractEntity"), Util.list(CREATOR_HANDLE, handle)));
    }

    private static Object name(String handle, String name) {
        return Util.map(DB_ID, Util.list(CREATOR_HANDLE, handle), CREATOR_DISPLAY_NAME, name);
    }

    private String id() {
        return Epoch.of(world.peer.db()) + "." + BasisT.of(world.peer.db());
    }

    private StreamClient open(String target) {
        return StreamClient.get(
                        address.getPort(),
                        target.replace("\"", "%22").replace("<", "%3C").replace(">", "%3E"))
                .open();
    }

    private static Event awaitEvent(StreamClient reader, int count) {
        await().atMost(SOON).until(() -> reader.events().size() >= count || reader.failure() != null);
        assertEquals(count, reader.events().size(), reader.body());
        return reader.events().get(count - 1);
    }

    private static long t(Event event) {
        return Long.parseLong(event.id().substring(event.id().indexOf('.') + 1));
    }

    private String postsJson(String handle, long t) {
        return json.write(posts.view(world.peer.db().asOf(t), handle).orElseThrow());
    }

    private String html(String handle, long t) {
        return posts.html(handle, posts.view(world.peer.db().asOf(t), handle).orElseThrow());
    }
}

package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static page.bits.peer.Attributes.CREATOR_AVATAR_URL;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.RETRACT;

import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;

/** The features {@code creator} and {@code post}: what they show, and how it changes. */
@QuarkusTest
class FeaturesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    World world;

    @TestHTTPResource
    URI address;

    @Test
    void aCreatorTellsOfThemselvesAndHowManyPostsTheyHave() {
        String alice = world.creator();
        get("/views/creator/" + alice)
                .body("view.creator.handle", equalTo(alice))
                .body("view.creator.displayName", equalTo("The creator " + alice))
                .body("view.creator.bio", nullValue())
                .body("view.creator.avatarUrl", nullValue())
                .body("view.creator.posts", equalTo(0));
        UUID post = world.post(alice, "One");
        world.post(alice, "Two");
        world.transact(Util.map(DB_ID, ref(alice), CREATOR_BIO, "I am.", CREATOR_AVATAR_URL, "/a.png"));
        get("/views/creator/" + alice)
                .body("view.creator.bio", equalTo("I am."))
                .body("view.creator.avatarUrl", equalTo("/a.png"))
                .body("view.creator.posts", equalTo(2));
        world.delete(post);
        get("/views/creator/" + alice).body("view.creator.posts", equalTo(1));
    }

    @Test
    void aCreatorsFragmentIsTextUnderItsId() {
        String alice = world.creator();
        world.transact(Util.map(DB_ID, ref(alice), CREATOR_BIO, "<u>&", CREATOR_AVATAR_URL, "/a.png?\"'"));
        given().accept("text/html")
                .get("/views/creator/" + alice)
                .then()
                .statusCode(200)
                .body(allOf(
                        matchesPattern("(?s)<\\w+ id=\"creator-" + alice + "\".*"),
                        containsString("&lt;u&gt;&amp;"),
                        containsString("/a.png?&quot;&#39;"),
                        not(containsString("<u>"))));
    }

    @Test
    void aCreatorsStreamSendsASnapshotWheneverSomethingChanges() {
        String alice = world.creator();
        try (StreamClient reader = stream("/views/creator/" + alice)) {
            await(reader, 1);
            UUID post = world.post(alice, "One");
            assertEquals(1, snapshot(await(reader, 2)).getInt("view.creator.posts"));
            world.transact(Util.map(DB_ID, ref(alice), CREATOR_BIO, "I am."));
            assertEquals("I am.", snapshot(await(reader, 3)).getString("view.creator.bio"));
            world.transact(Util.list(RETRACT, ref(alice), CREATOR_BIO, "I am."));
            assertNull(snapshot(await(reader, 4)).getString("view.creator.bio"));
            world.edit(post, "Two");
            world.delete(post);
            assertEquals(0, snapshot(await(reader, 5)).getInt("view.creator.posts"));
        }
    }

    @Test
    void aPostIsShownWithItsCommentsOldestFirst() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        world.like(post, "bob");
        UUID first = UUID.randomUUID();
        world.comment(first, post, "bob", "One");
        BasisT t = world.comment(post, "carol", "Two");
        get("/views/post/" + post)
                .header("Bits-T", t.toString())
                .header("ETag", matchesPattern("W/\"[A-Za-z0-9_-]+\""))
                .body("feature", equalTo("post"))
                .body("key", equalTo(post.toString()))
                .body("view.post.id", equalTo(post.toString()))
                .body("view.post.creator", equalTo(alice))
                .body("view.post.text", equalTo("Hello"))
                .body("view.post.likes", equalTo(1))
                .body("view.post.comments", equalTo(2))
                .body("view.comments.text", equalTo(List.of("One", "Two")))
                .body("view.comments[0].id", equalTo(first.toString()))
                .body("view.comments[0].author.id", equalTo("bob"))
                .body("view.comments[0].author.name", equalTo("bob"))
                .body("view.comments[0].order", notNullValue())
                .body(
                        "view.comments[0].createdAt",
                        matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"));
    }

    @Test
    void aPostIsTheSameInBothFeatures() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        world.picture(post, "/a.png");
        world.edit(post, "Hello again");
        world.like(post, "bob");
        world.comment(post, "bob", "x");
        Object one = get("/views/post/" + post).extract().path("view.post");
        Object other = get("/views/posts/" + alice).extract().path("view.posts[0]");
        assertEquals(other, one);
    }

    @Test
    void onlyTheNewestHundredCommentsAreInView() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        UUID other = world.post(alice, "Other");
        IntStream.range(0, 110).forEach(i -> {
            world.comment(post, "bob", "comment " + i);
            world.comment(other, "bob", "not on the post");
        });
        List<String> newest =
                IntStream.range(10, 110).mapToObj(i -> "comment " + i).toList();
        get("/views/post/" + post).body("view.comments.text", equalTo(newest)).body("view.post.comments", equalTo(110));
    }

    @Test
    void aPostsFragmentIsTextUnderItsId() {
        String alice = world.creator();
        UUID post = world.post(alice, "<img src=x>{a}");
        world.comment(post, "<i>bob", "<script>alert(1)</script>");
        given().accept("text/html")
                .get("/views/post/" + post)
                .then()
                .statusCode(200)
                .body(allOf(
                        matchesPattern("(?s)<\\w+ id=\"post-" + post + "\".*"),
                        containsString("&lt;img src=x&gt;{a}"),
                        containsString("&lt;i&gt;bob"),
                        containsString("&lt;script&gt;alert(1)&lt;/script&gt;"),
                        containsString("<time datetime=\""),
                        not(containsString("<script")),
                        not(containsString("<img")),
                        not(containsString("<i>"))));
    }

    @Test
    void aPostThatIsDeletedOrUnknownOrMalformedIsA404() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        String spelledOtherwise = post.toString().toUpperCase(Locale.ROOT);
        world.delete(post);
        for (String key : List.of(post.toString(), UUID.randomUUID().toString(), "1-1-1-1-1", "x", spelledOtherwise)) {
            given().get("/views/post/" + key).then().statusCode(404);
        }
    }

    @Test
    void aPostsStreamTellsOfThePostAndOfItsCommentsApart() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        try (StreamClient reader = stream("/views/post/" + post)) {
            await(reader, 1);
            world.like(post, "bob");
            JsonPath liked = delta(await(reader, 2));
            assertEquals(1, liked.getInt("post.likes"));
            assertEquals(List.of(), liked.getList("put"));
            UUID comment = UUID.randomUUID();
            world.comment(comment, post, "bob", "One");
            JsonPath commented = delta(await(reader, 3));
            assertEquals(1, commented.getInt("post.comments"));
            assertEquals(List.of("One"), commented.getList("put.text"));
            world.rename("bob", "Robert");
            JsonPath renamed = delta(await(reader, 4));
            assertNull(renamed.get("post"));
            assertEquals(List.of("Robert"), renamed.getList("put.author.name"));
            world.deleteComment(comment);
            JsonPath deleted = delta(await(reader, 5));
            assertEquals(0, deleted.getInt("post.comments"));
            assertEquals(List.of(comment.toString()), deleted.getList("remove"));
            assertEquals(List.of(comment.toString()), deleted.getList("deleted"));
            world.rename("bob", "Bob");
            world.edit(post, "Hello again");
            assertEquals("Hello again", delta(await(reader, 6)).getString("post.text"));
            world.delete(post);
            assertEquals("gone", await(reader, 7).name());
        }
    }

    @Test
    void aCommentThatIsPushedOutOfTheWindowIsRemovedButNotDeleted() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        UUID first = UUID.randomUUID();
        world.comment(first, post, "bob", "first");
        IntStream.range(0, 99).forEach(i -> world.comment(post, "bob", "comment " + i));
        try (StreamClient reader = stream("/views/post/" + post)) {
            await(reader, 1);
            UUID newest = UUID.randomUUID();
            world.comment(newest, post, "bob", "newest");
            JsonPath delta = delta(await(reader, 2));
            assertEquals(List.of("newest"), delta.getList("put.text"));
            assertEquals(List.of(first.toString()), delta.getList("remove"));
            assertEquals(List.of(), delta.getList("deleted"));
            world.deleteComment(newest);
            JsonPath back = delta(await(reader, 3));
            assertEquals(List.of("first"), back.getList("put.text"));
            assertEquals(List.of(newest.toString()), back.getList("deleted"));
        }
    }

    private StreamClient stream(String path) {
        return StreamClient.get(address.getPort(), path).open();
    }

    private static Event await(StreamClient reader, int number) {
        Awaitility.await().atMost(SOON).until(() -> reader.events().size() >= number);
        return reader.events().get(number - 1);
    }

    private static JsonPath snapshot(Event event) {
        assertEquals("snapshot", event.name());
        return new JsonPath(event.data());
    }

    private static JsonPath delta(Event event) {
        assertEquals("delta", event.name());
        return new JsonPath(event.data());
    }

    private static List<?> ref(String handle) {
        return Util.list(CREATOR_HANDLE, handle);
    }

    private static ValidatableResponse get(String path) {
        return given().get(path).then().statusCode(200);
    }
}

package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static page.bits.peer.Attributes.ACTOR_ID;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_OWNER;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.RETRACT;

import datomic.Database;
import datomic.Peer;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Actor;
import page.bits.identity.ActorName;
import page.bits.identity.Forgery;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.peer.Facts;

/** Views of earlier times, and who sees what of them. */
@QuarkusTest
class AsOfTest {

    private static final String EVERYONE = "Accept, Authorization, Cookie";

    private static final String OWNER = "owner-" + UUID.randomUUID();

    @Inject
    World world;

    /** A creator who is {@link #OWNER}'s. */
    private String creator() {
        String handle = world.creator();
        world.transact(
                Util.map(DB_ID, "owner", ACTOR_ID, new Actor("urn:bits:guests", OWNER, ActorName.GUEST).id()),
                Util.map(DB_ID, ref(handle), CREATOR_OWNER, "owner"));
        return handle;
    }

    private static RequestSpecification owner() {
        return given().cookie("bits_session", Forgery.token(claims -> claims.put("sub", OWNER)));
    }

    private static RequestSpecification somebodyElse() {
        return given().cookie("bits_session", Forgery.token(claims -> claims.put("sub", "another")));
    }

    @Test
    void countsAreThoseOfThen() {
        String alice = creator();
        UUID post = world.post(alice, "Hello");
        world.like(post, "bob");
        BasisT t = world.comment(post, "bob", "One");
        world.like(post, "carol");
        world.comment(post, "carol", "Two");
        world.post(alice, "Later");
        asOf("posts", alice, t)
                .body("t", equalTo((int) t.value()))
                .header("Bits-T", t.toString())
                .header("Cache-Control", "no-cache")
                .header("Vary", EVERYONE)
                .body("view.posts.text", equalTo(List.of("Hello")))
                .body("view.posts[0].likes", equalTo(1))
                .body("view.posts[0].comments", equalTo(1));
        asOf("post", post, t)
                .body("view.post.likes", equalTo(1))
                .body("view.post.comments", equalTo(1))
                .body("view.comments.text", equalTo(List.of("One")));
        asOf("creator", alice, t).body("view.creator.posts", equalTo(1));
    }

    @Test
    void whatIsDeletedNowIsLeftOutAndWhatWasEditedReadsAsItDoesNow() {
        String alice = creator();
        UUID edited = world.post(alice, "First");
        world.picture(edited, "/old.png");
        UUID deleted = world.post(alice, "Gone");
        UUID comment = UUID.randomUUID();
        world.comment(comment, edited, "bob", "Hidden");
        world.comment(edited, "bob", "Seen");
        BasisT t = BasisT.of(world.peer.db());
        world.edit(edited, "Second");
        world.picture(edited, "/new.png");
        world.delete(deleted);
        world.deleteComment(comment);
        world.rename("bob", "Robert");
        asOf("posts", alice, t)
                .body("view.posts.text", equalTo(List.of("Second")))
                .body("view.posts[0].imageUrl", equalTo("/new.png"))
                .body("view.posts[0].comments", equalTo(2));
        asOf("post", edited, t)
                .body("view.post.text", equalTo("Second"))
                .body("view.comments.text", equalTo(List.of("Seen")))
                .body("view.comments[0].author.name", equalTo("Robert"))
                .body("view.post.comments", equalTo(2));
        asOf("creator", alice, t).body("view.creator.posts", equalTo(2));
        given().get("/views/post/" + deleted + "?as-of=" + t).then().statusCode(404);
        given().accept("text/html")
                .get("/views/post/" + edited + "?as-of=" + t)
                .then()
                .statusCode(200)
                .header("Bits-T", t.toString())
                .body(allOf(containsString("Second"), not(containsString("First")), not(containsString("Hidden"))));
    }

    @Test
    void aFragmentOfATimeWithCommentsThatAreAllGoneIsOneWithoutComments() {
        UUID post = world.post(creator(), "Hello");
        UUID comment = UUID.randomUUID();
        BasisT t = world.comment(comment, post, "bob", "Hidden");
        world.deleteComment(comment);
        given().accept("text/html")
                .get("/views/post/" + post + "?as-of=" + t)
                .then()
                .statusCode(200)
                .body(allOf(containsString("Hello"), not(containsString("Hidden"))));
    }

    @Test
    void theOwnerSeesTheirPageAsItWasAndNobodyKeepsThat() {
        String alice = creator();
        UUID edited = world.post(alice, "First");
        UUID deleted = world.post(alice, "Gone");
        UUID comment = UUID.randomUUID();
        world.comment(comment, deleted, "bob", "Hidden");
        BasisT t = BasisT.of(world.peer.db());
        world.edit(edited, "Second");
        world.deleteComment(comment);
        world.delete(deleted);
        world.rename("bob", "Robert");
        world.transact(Util.map(DB_ID, ref(alice), CREATOR_DISPLAY_NAME, "Another"));
        asOfOwner("posts", alice, t)
                .header("Cache-Control", "private, no-store")
                .header("Vary", EVERYONE)
                .header("Bits-T", t.toString())
                .body("t", equalTo((int) t.value()))
                .body("view.posts.text", equalTo(List.of("Gone", "First")))
                .body("view.posts[1].editedAt", nullValue());
        asOfOwner("post", deleted, t)
                .body("view.post.text", equalTo("Gone"))
                .body("view.comments.text", equalTo(List.of("Hidden")))
                .body("view.comments[0].author.name", equalTo("bob"));
        asOfOwner("creator", alice, t).body("view.creator.displayName", equalTo("The creator " + alice));
        somebodyElse()
                .get("/views/posts/" + alice + "?as-of=" + t)
                .then()
                .header("Cache-Control", "no-cache")
                .body("view.posts.text", equalTo(List.of("Second")));
        somebodyElse().get("/views/post/" + deleted + "?as-of=" + t).then().statusCode(404);
    }

    @Test
    void whatACreatorTookOffTheirPageIsNotFoundInItsPast() {
        String alice = creator();
        BasisT t = world.transact(
                Util.map(DB_ID, ref(alice), CREATOR_BIO, "I live at …", CREATOR_DISPLAY_NAME, "My real name"));
        world.transact(
                Util.map(DB_ID, ref(alice), CREATOR_DISPLAY_NAME, "Alice"),
                Util.list(RETRACT, ref(alice), CREATOR_BIO, "I live at …"));
        asOf("creator", alice, t)
                .body("view.creator.displayName", equalTo("Alice"))
                .body("view.creator.bio", nullValue());
    }

    @Test
    void theOwnersReplyHasATagOfItsOwnThoughNothingElseDiffers() {
        String alice = creator();
        world.post(alice, "Hello");
        BasisT t = BasisT.of(world.peer.db());
        Response everyones = given().get("/views/posts/" + alice + "?as-of=" + t);
        Response owners = owner().get("/views/posts/" + alice + "?as-of=" + t);
        assertEquals(everyones.asString(), owners.asString());
        assertNotEquals(everyones.header("ETag"), owners.header("ETag"));
        given().header("If-None-Match", owners.header("ETag"))
                .get("/views/posts/" + alice + "?as-of=" + t)
                .then()
                .statusCode(200);
        given().header("If-None-Match", owners.header("ETag"))
                .cookie("bits_session", Forgery.token(claims -> claims.put("sub", OWNER)))
                .get("/views/posts/" + alice + "?as-of=" + t)
                .then()
                .statusCode(304)
                .header("Cache-Control", "private, no-store");
        given().header("If-None-Match", everyones.header("ETag"))
                .get("/views/posts/" + alice + "?as-of=" + t)
                .then()
                .statusCode(304)
                .header("Cache-Control", "no-cache")
                .header("Vary", EVERYONE)
                .header("Bits-T", t.toString());
    }

    @Test
    void anEventIdAndATNameTheSameTime() {
        String alice = creator();
        world.post(alice, "One");
        BasisT t = BasisT.of(world.peer.db());
        world.post(alice, "Two");
        String byT = given().get("/views/posts/" + alice + "?as-of=" + t).asString();
        String id = Epoch.of(world.peer.db()) + "." + t;
        assertEquals(byT, given().get("/views/posts/" + alice + "?as-of=" + id).asString());
        given().get("/views/posts/" + alice + "?as-of=" + id).then().header("Cache-Control", "no-cache");
    }

    @Test
    void aTBetweenTwoTransactionsIsWhatTheEarlierOneLeft() {
        String alice = creator();
        world.transact(Util.map(CREATOR_HANDLE, "x" + alice.substring(2), CREATOR_DISPLAY_NAME, "makes ts go on"));
        long t = BasisT.of(world.peer.db()).value();
        world.post(alice, "later");
        asOf("posts", alice, new BasisT(t + 1)).body("t", equalTo((int) t + 1)).body("view.posts", equalTo(List.of()));
    }

    /** Many transactions share a millisecond, and an instant means the last one at or before it. */
    @Test
    void anInstantMeansTheLastTransactionAtOrBeforeIt() {
        String alice = creator();
        UUID post = world.post(alice, "Hello");
        List<BasisT> likes = IntStream.range(0, 200)
                .mapToObj(i -> world.like(post, "actor" + i))
                .toList();
        int tie = IntStream.range(1, 200)
                .filter(i -> at(likes.get(i)).equals(at(likes.get(i - 1))))
                .findFirst()
                .orElseThrow();
        Instant instant = at(likes.get(tie));
        int last = IntStream.range(tie, 200)
                .filter(i -> at(likes.get(i)).equals(instant))
                .max()
                .orElseThrow();
        for (Instant moment : List.of(instant, instant.plusNanos(999_999))) {
            given().queryParam("as-of", moment.toString())
                    .get("/views/post/" + post)
                    .then()
                    .statusCode(200)
                    .header("Bits-T", likes.get(last).toString())
                    .body("t", equalTo((int) likes.get(last).value()))
                    .body("view.post.likes", equalTo(last + 1))
                    .header("Cache-Control", "no-cache");
        }
        given().queryParam("as-of", "2999-01-01T00:00:00Z")
                .get("/views/post/" + post)
                .then()
                .statusCode(200)
                .body("view.post.likes", equalTo(200));
    }

    private Instant at(BasisT t) {
        return Facts.instant(world.peer.db(), Peer.toTx(t.value()));
    }

    @Test
    void beforeTheKeyExistedItIsA404() {
        creator();
        BasisT t = BasisT.of(world.peer.db());
        String alice = creator();
        UUID post = world.post(alice, "Hello");
        for (String path : List.of("posts/" + alice, "creator/" + alice, "post/" + post)) {
            for (String time : List.of(t.toString(), "0", "1", "1969-01-01T00:00:00Z", "-1000000000-01-01T00:00:00Z")) {
                given().get("/views/" + path + "?as-of=" + time)
                        .then()
                        .statusCode(404)
                        .header("Cache-Control", "no-store");
            }
        }
        given().get("/views/nothing/x?as-of=5").then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999", "-1", "", "x", "2026-13-01T00:00:00Z", "2026-11-22", "007", "1e3"})
    void aTimeThatIsNoneIsA422(String time) {
        invalid("posts/" + creator(), time);
    }

    @Test
    void anEventIdBeyondTheBasisIsA422AndOneOfAnotherEpochA410() {
        String alice = creator();
        Database db = world.peer.db();
        invalid("posts/" + alice, Epoch.of(db) + "." + (db.basisT() + 1000));
        given().get("/views/posts/" + alice + "?as-of=zzzz.5")
                .then()
                .statusCode(410)
                .contentType("application/problem+json")
                .body("type", equalTo("https://bits.page/problems/epoch-gone"));
    }

    private static void invalid(String view, String time) {
        given().queryParam("as-of", time)
                .get("/views/" + view)
                .then()
                .statusCode(422)
                .body("violations.field", hasItem("as-of"));
    }

    @Test
    void aFeatureThatDoesNotKnowWhatToTellOfItsPastTellsNothing() {
        String alice = creator();
        invalid("likes/" + alice, BasisT.of(world.peer.db()).toString());
    }

    @Test
    void olderPartsAreThoseOfThenToo() {
        String alice = creator();
        List<UUID> posts = IntStream.range(0, 60)
                .mapToObj(i -> world.post(alice, "post " + i))
                .toList();
        BasisT t = BasisT.of(world.peer.db());
        UUID later = world.post(alice, "later");
        world.edit(posts.get(5), "edited");
        world.delete(posts.get(4));
        List<String> everyone = List.of("edited", "post 3", "post 2", "post 1", "post 0");
        given().get("/views/posts/" + alice + "?as-of=" + t + "&before=" + posts.get(6))
                .then()
                .body("view.posts.text", equalTo(everyone));
        owner().get("/views/posts/" + alice + "?as-of=" + t + "&before=" + posts.get(6))
                .then()
                .header("Cache-Control", "private, no-store")
                .body("view.posts.text", equalTo(List.of("post 5", "post 4", "post 3", "post 2", "post 1", "post 0")));
        // One that came later, and one that is there no more, are places in the order all the same.
        given().get("/views/posts/" + alice + "?as-of=" + t + "&before=" + later)
                .then()
                .body("view.posts[0].text", equalTo("post 59"));
        given().get("/views/posts/" + alice + "?as-of=" + t + "&before=" + posts.get(4))
                .then()
                .body("view.posts[0].text", equalTo("post 3"));
    }

    @Test
    void minTIsWaitedForFirst() {
        String alice = creator();
        long next = BasisT.of(world.peer.db()).value() + 1;
        given().get("/views/posts/" + alice + "?as-of=" + next).then().statusCode(422);
        CompletableFuture<Response> waiting = CompletableFuture.supplyAsync(
                () -> given().get("/views/posts/" + alice + "?as-of=" + next + "&min-t=" + next));
        world.post(alice, "What it waits for");
        waiting.join().then().statusCode(200).body("t", equalTo((int) next));
    }

    @Test
    void thePresentIsThePresentToTheOwnerToo() {
        String alice = creator();
        owner().get("/views/posts/" + alice)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-cache")
                .header("Vary", "Accept");
    }

    private static ValidatableResponse asOf(String feature, Object key, BasisT t) {
        return given().get("/views/" + feature + "/" + key + "?as-of=" + t)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse asOfOwner(String feature, Object key, BasisT t) {
        return owner().get("/views/" + feature + "/" + key + "?as-of=" + t)
                .then()
                .statusCode(200);
    }

    private static List<?> ref(String handle) {
        return Util.list(CREATOR_HANDLE, handle);
    }
}

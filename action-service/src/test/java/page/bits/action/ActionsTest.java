package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import datomic.Peer;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

/** What each action does, who may do it, and what it says where it is not done. */
@QuarkusTest
class ActionsTest extends ServiceTest {

    private Session alice;
    private Session bob;
    private String page;

    @BeforeEach
    void aPage() {
        alice = guest("Alice");
        bob = guest("Bob");
        page = registered(alice);
    }

    private Response act(Session actor, String action, Object... body) {
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i < body.length; i += 2) {
            fields.put((String) body[i], body[i + 1]);
        }
        return as(actor).body(fields).post("/actions/" + action);
    }

    private Response done(Session actor, String action, Object... body) {
        Response response = act(actor, action, body);
        assertThat(response.asString(), response.statusCode(), is(200));
        assertThat(response.jsonPath().getString("action"), equalTo(action));
        assertThat(response.header("Bits-T"), equalTo(response.jsonPath().getString("t")));
        return response;
    }

    /** It changes nothing: the present t, and no transaction. */
    private Response unchanged(Session actor, String action, Object... body) {
        long before = t();
        Response response = done(actor, action, body);
        assertThat(t(), is(before));
        assertThat(response.jsonPath().getLong("t"), is(before));
        assertThat(
                Instant.parse(response.jsonPath().getString("at")),
                equalTo(((Date) peer.db().entity(Peer.toTx(before)).get(Attributes.TX_INSTANT)).toInstant()));
        return response;
    }

    private String published() {
        return done(alice, "publish-post", "creator", page, "text", "x")
                .jsonPath()
                .getString("result.postId");
    }

    private String commented(Session actor, String post) {
        return done(actor, "comment-on-post", "postId", post, "text", "hm")
                .jsonPath()
                .getString("result.commentId");
    }

    private Entity post(String id) {
        return peer.db().entity(Util.list(Attributes.POST_ID, UUID.fromString(id)));
    }

    private Entity comment(String id) {
        return peer.db().entity(Util.list(Attributes.COMMENT_ID, UUID.fromString(id)));
    }

    @Test
    void aCreatorIsUpdatedInWhatIsNamedAndNothingElse() {
        done(alice, "update-creator", "handle", page, "bio", " I bake. ", "avatarUrl", "/a.png");
        done(alice, "update-creator", "handle", page, "displayName", "Alice B.");
        assertThat(creator(page, Attributes.CREATOR_DISPLAY_NAME), is("Alice B."));
        assertThat(creator(page, Attributes.CREATOR_BIO), is("I bake."));
        done(alice, "update-creator", "handle", page, "bio", null, "avatarUrl", null);
        assertThat(creator(page, Attributes.CREATOR_BIO), is(nullValue()));
        assertThat(creator(page, Attributes.CREATOR_AVATAR_URL), is(nullValue()));
        assertThat(creator(page, Attributes.CREATOR_DISPLAY_NAME), is("Alice B."));
        unchanged(alice, "update-creator", "handle", page, "bio", "", "displayName", "Alice B.");
    }

    @Test
    void anUpdateHasToSayWhatItUpdatesAndCannotTakeTheNameAway() {
        invalid(() -> act(alice, "update-creator", "handle", page), "");
        invalid(() -> act(alice, "update-creator", "handle", page, "displayName", null), "displayName");
        refused(403, "forbidden", () -> act(bob, "update-creator", "handle", page, "bio", "x"));
        refused(404, "not-found", () -> act(alice, "update-creator", "handle", "nobody-here", "bio", "x"));
    }

    @Test
    void aPostIsEdited() {
        String post = published();
        done(alice, "edit-post", "postId", post, "text", " y ");
        assertThat(post(post).get(Attributes.POST_TEXT), is("y"));
        unchanged(alice, "edit-post", "postId", post, "text", "y");
        refused(403, "forbidden", () -> act(bob, "edit-post", "postId", post, "text", "z"));
    }

    @Test
    void anEditThatExpectsATIsDoneUnlessTheTextWasEditedAfterIt() {
        String post = published();
        long seen = t();
        done(bob, "like-post", "postId", post);
        commented(bob, post);
        long edited = done(alice, "edit-post", "postId", post, "text", "y", "expectedT", seen)
                .jsonPath()
                .getLong("t");
        refused(409, "conflict", () -> act(alice, "edit-post", "postId", post, "text", "z", "expectedT", seen));
        refused(409, "conflict", () -> act(alice, "edit-post", "postId", post, "text", "y", "expectedT", seen));
        done(alice, "edit-post", "postId", post, "text", "z", "expectedT", edited);
        invalid(() -> act(alice, "edit-post", "postId", post, "text", "z", "expectedT", t() + 1_000_000), "expectedT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "\"1\"", "true", "[]", "1e400", "9223372036854775808"})
    void anExpectedTIsAWholeNumber(String number) {
        String body = "{\"postId\":\"" + UUID.randomUUID() + "\",\"text\":\"x\",\"expectedT\":" + number + "}";
        invalid(() -> as(alice).body(body).post("/actions/edit-post"), "expectedT");
    }

    @Test
    void aDeletedPostLeavesItsIdAndStaysDeleted() {
        String post = published();
        done(bob, "like-post", "postId", post);
        String comment = commented(bob, post);
        refused(403, "forbidden", () -> act(bob, "delete-post", "postId", post));
        done(alice, "delete-post", "postId", post);
        assertThat(
                post(post).keySet().stream().sorted().toList(),
                contains(":post/deleted", ":post/id", ":post/liked-by"));
        for (String action : new String[] {"delete-post", "like-post", "unlike-post"}) {
            refused(404, "not-found", () -> act(alice, action, "postId", post));
        }
        refused(404, "not-found", () -> act(alice, "edit-post", "postId", post, "text", "x"));
        refused(404, "not-found", () -> act(bob, "comment-on-post", "postId", post, "text", "x"));
        refused(404, "not-found", () -> act(bob, "delete-comment", "commentId", comment));
    }

    @Test
    void aLikeCountsOncePerActorAndRepeatingItChangesNothing() {
        String post = published();
        assertThat(done(alice, "like-post", "postId", post).jsonPath().getLong("result.likes"), is(1L));
        assertThat(unchanged(alice, "like-post", "postId", post).jsonPath().getLong("result.likes"), is(1L));
        assertThat(done(bob, "like-post", "postId", post).jsonPath().getLong("result.likes"), is(2L));
        assertThat(done(alice, "unlike-post", "postId", post).jsonPath().getLong("result.likes"), is(1L));
        assertThat(unchanged(alice, "unlike-post", "postId", post).jsonPath().getLong("result.likes"), is(1L));
        assertThat(
                unchanged(guest("Eve"), "unlike-post", "postId", post)
                        .jsonPath()
                        .getLong("result.likes"),
                is(1L));
    }

    @Test
    void aRepeatOfALikeWithItsKeyTellsTheLikesThatThereWereThen() {
        String post = published();
        Exchange like = () -> as(alice)
                .header("Idempotency-Key", "like")
                .body(Map.of("postId", post))
                .post("/actions/like-post");
        String first = like.send().asString();
        done(bob, "like-post", "postId", post);
        done(alice, "unlike-post", "postId", post);
        Response again = like.send();
        assertThat(again.asString(), equalTo(first));
        assertThat(again.header("Idempotent-Replayed"), equalTo("true"));
        assertThat(post(post).get(Attributes.POST_LIKES), is(1L));
    }

    @Test
    void aSuccessThatChangedNothingIsRecordedWithItsKey() {
        String post = published();
        long before = t();
        Exchange unlike = () -> as(alice)
                .header("Idempotency-Key", "unlike")
                .body(Map.of("postId", post))
                .post("/actions/unlike-post");
        Response first = unlike.send();
        assertThat(first.jsonPath().getLong("t"), greaterThan(before));
        done(alice, "like-post", "postId", post);
        long liked = t();
        assertThat(unlike.send().asString(), equalTo(first.asString()));
        assertThat(t(), is(liked));
        assertThat(post(post).get(Attributes.POST_LIKES), is(1L));
    }

    @Test
    void aCommentIsTakenAwayByItsAuthorOrThePagesOwner() {
        String post = published();
        String first = commented(bob, post);
        String second = commented(bob, post);
        assertThat(post(post).get(Attributes.POST_COMMENTS), is(2L));
        refused(403, "forbidden", () -> act(guest("Eve"), "delete-comment", "commentId", first));
        done(bob, "delete-comment", "commentId", first);
        done(alice, "delete-comment", "commentId", second);
        assertThat(post(post).get(Attributes.POST_COMMENTS), is(0L));
        assertThat(comment(first).keySet().stream().sorted().toList(), contains(":comment/deleted", ":comment/id"));
        refused(404, "not-found", () -> act(bob, "delete-comment", "commentId", first));
    }

    @ParameterizedTest
    @CsvSource({
        "edit-post, postId",
        "delete-post, postId",
        "like-post, postId",
        "unlike-post, postId",
        "comment-on-post, postId",
        "delete-comment, commentId"
    })
    void anIdIsTheTextOfAUuid(String action, String field) {
        Object text = action.equals("edit-post") || action.equals("comment-on-post") ? "x" : null;
        for (Object id : new Object[] {"", "x", "1-1-1-1-1", 5, Map.of("$result", new Object[] {0, field}), null}) {
            invalid(
                    () -> text == null ? act(alice, action, field, id) : act(alice, action, field, id, "text", text),
                    field);
        }
        refused(
                404,
                "not-found",
                () -> text == null
                        ? act(alice, action, field, UUID.randomUUID().toString())
                        : act(alice, action, field, UUID.randomUUID().toString(), "text", text));
    }

    @Test
    void aCommentHasUpToAThousandCharacters() {
        String post = published();
        done(bob, "comment-on-post", "postId", post, "text", times(1000, 0x1F600));
        invalid(() -> act(bob, "comment-on-post", "postId", post, "text", times(1001, 'x')), "text");
        invalid(() -> act(bob, "comment-on-post", "postId", post, "text", "  "), "text");
    }
}

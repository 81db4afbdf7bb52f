package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import datomic.Database;
import datomic.Datom;
import datomic.Entity;
import datomic.Peer;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

/** Several actions in one transaction, as if one were done after another. */
@QuarkusTest
class BatchTest extends ServiceTest {

    private Session alice;
    private Session bob;
    private String page;

    @BeforeEach
    void aPage() {
        alice = guest("Alice");
        bob = guest("Bob");
        page = registered(alice);
    }

    private static String action(String name, String body) {
        return "{\"name\":\"" + name + "\",\"body\":" + body.replace('\'', '"') + "}";
    }

    private static Response send(Session actor, String... actions) {
        return as(actor)
                .body("{\"actions\":[" + String.join(",", actions) + "]}")
                .post("/actions");
    }

    private Response done(Session actor, String... actions) {
        long before = t();
        Response response = send(actor, actions);
        assertThat(response.asString(), response.statusCode(), is(200));
        assertThat(t(), is(response.jsonPath().getLong("t")));
        assertThat("one transaction", transactionsAfter(before), is(1L));
        assertThat(response.header("Bits-T"), equalTo(response.jsonPath().getString("t")));
        assertThat(response.jsonPath().getList("results").size(), is(actions.length));
        return response;
    }

    private long transactionsAfter(long t) {
        Database db = peer.db();
        long count = 0;
        for (Datom datom : db.since(t).datoms(Database.AEVT, Attributes.ACTION_NAME)) {
            count++;
        }
        return count;
    }

    private Entity post(String id) {
        return peer.db().entity(Util.list(Attributes.POST_ID, UUID.fromString(id)));
    }

    private String published() {
        return done(alice, action("publish-post", "{'creator':'" + page + "','text':'x'}"))
                .jsonPath()
                .getString("results[0].postId");
    }

    @Test
    void aWholePageIsMadeInOneTransaction() {
        String handle = newHandle();
        Response response = done(
                guest("Eve"),
                action("register-creator", "{'handle':'" + handle + "','displayName':'Eve'}"),
                action("update-creator", "{'handle':'" + handle + "','bio':'I am new.','avatarUrl':null}"),
                action("publish-post", "{'creator':'" + handle + "','text':'first'}"),
                action("like-post", "{'postId':{'$result':[2,'postId']}}"),
                action("comment-on-post", "{'postId':{'$result':[2,'postId']},'text':'one'}"),
                action("comment-on-post", "{'postId':{'$result':[3,'postId']},'text':'two'}"),
                action("publish-post", "{'creator':'" + handle + "','text':'second'}"));
        Entity post = post(response.jsonPath().getString("results[2].postId"));
        assertThat(response.jsonPath().getLong("results[3].likes"), is(1L));
        assertThat(post.get(Attributes.POST_LIKES), is(1L));
        assertThat(post.get(Attributes.POST_COMMENTS), is(2L));
        assertThat(((Entity) post.get(Attributes.POST_CREATOR)).get(Attributes.CREATOR_HANDLE), is(handle));
        assertThat(creator(handle, Attributes.CREATOR_BIO), is("I am new."));
    }

    @Test
    void likesAndCommentsOfPostsThatAreThereAreCounted() {
        String one = published();
        String other = published();
        Response response = done(
                bob,
                action("like-post", "{'postId':'" + one + "'}"),
                action("like-post", "{'postId':'" + one + "'}"),
                action("like-post", "{'postId':'" + other + "'}"),
                action("comment-on-post", "{'postId':'" + one + "','text':'1'}"),
                action("comment-on-post", "{'postId':'" + one + "','text':'2'}"));
        assertThat(response.jsonPath().getList("results.likes"), contains(1, 1, 1, null, null));
        assertThat(post(one).get(Attributes.POST_LIKES), is(1L));
        assertThat(post(one).get(Attributes.POST_COMMENTS), is(2L));
        String comment = response.jsonPath().getString("results[3].commentId");
        done(
                bob,
                action("delete-comment", "{'commentId':'" + comment + "'}"),
                action("comment-on-post", "{'postId':'" + one + "','text':'3'}"));
        assertThat(post(one).get(Attributes.POST_COMMENTS), is(2L));
    }

    @Test
    void postsOfOneCreatorAreAddedUp() {
        String handle = newHandle();
        String publish = action("publish-post", "{'creator':'" + handle + "','text':'x'}");
        Response made = done(
                alice,
                action("register-creator", "{'handle':'" + handle + "','displayName':'A'}"),
                publish,
                publish,
                publish);
        assertThat(creator(handle, Attributes.CREATOR_POSTS), is(3L));
        String first = made.jsonPath().getString("results[1].postId");
        String second = made.jsonPath().getString("results[2].postId");
        done(
                alice,
                action("delete-post", "{'postId':'" + first + "'}"),
                action("delete-post", "{'postId':'" + second + "'}"),
                publish);
        assertThat(creator(handle, Attributes.CREATOR_POSTS), is(2L));
    }

    @Test
    void theTransactionTellsOfAllOfThem() {
        String post = published();
        long t = done(
                        bob,
                        action("like-post", "{'postId':'" + post + "'}"),
                        action("comment-on-post", "{'postId':'" + post + "','text':'1'}"))
                .jsonPath()
                .getLong("t");
        Entity transaction = peer.db().entity(Peer.toTx(t));
        assertThat(transaction.get(Attributes.ACTION_NAME), is("batch"));
        assertThat(transaction.get(Attributes.ACTION_BATCH), is("[\"like-post\",\"comment-on-post\"]"));
    }

    @Test
    void allOrNothingIsDoneAndTheErrorNamesItsIndex() {
        String fine = action("publish-post", "{'creator':'" + page + "','text':'x'}");
        Response notYours = refused(
                403,
                "forbidden",
                () -> send(
                        bob, action("register-creator", "{'handle':'" + newHandle() + "','displayName':'B'}"), fine));
        assertThat(notYours.jsonPath().getString("detail"), startsWith("actions[1]: "));
        Response gone = refused(
                404,
                "not-found",
                () -> send(alice, fine, fine, action("delete-post", "{'postId':'" + UUID.randomUUID() + "'}")));
        assertThat(gone.jsonPath().getString("detail"), startsWith("actions[2]: "));
        Response taken = refused(
                409,
                "conflict",
                () -> send(alice, fine, action("register-creator", "{'handle':'" + page + "','displayName':'A'}")));
        assertThat(taken.jsonPath().getString("detail"), startsWith("actions[1]: "));
        Response alone = refused(403, "forbidden", () -> send(bob, fine));
        assertThat(alone.jsonPath().getString("detail"), startsWith("actions[0]: "));
        Response unknown = refused(404, "not-found", () -> send(alice, fine, action("nope", "{}")));
        assertThat(unknown.jsonPath().getString("detail"), startsWith("actions[1]: "));
    }

    @Test
    void oneAfterAnotherMeansThatALaterOneSeesTheEarlier() {
        String post = published();
        String delete = action("delete-post", "{'postId':'" + post + "'}");
        Response response = refused(
                404,
                "not-found",
                () -> send(alice, delete, action("comment-on-post", "{'postId':'" + post + "','text':'late'}")));
        assertThat(response.jsonPath().getString("detail"), startsWith("actions[1]: "));
        refused(404, "not-found", () -> send(alice, delete, delete));
        String handle = newHandle();
        String register = action("register-creator", "{'handle':'" + handle + "','displayName':'A'}");
        refused(409, "conflict", () -> send(alice, register, register));
    }

    @Test
    void allThatIsInvalidIsToldWithItsPath() {
        invalid(
                () -> send(
                        alice,
                        action("publish-post", "{'creator':'A','text':'','more':1}"),
                        "7",
                        "{\"name\":\"like-post\"}",
                        action("like-post", "{'postId':{'$result':[0,'postId']}}"),
                        "{\"name\":\"like-post\",\"body\":{\"postId\":\"x\"},\"more\":1}"),
                "actions[0].body.creator",
                "actions[0].body.text",
                "actions[0].body.more",
                "actions[1]",
                "actions[2].body",
                "actions[4].body.postId",
                "actions[4].more");
    }

    @Test
    void aReferenceIsToAnEarlierActionsIdOfTheSameKind() {
        String publish = action("publish-post", "{'creator':'" + page + "','text':'x'}");
        for (String reference : List.of(
                "{'$result':[1,'postId']}",
                "{'$result':[2,'postId']}",
                "{'$result':[-1,'postId']}",
                "{'$result':[0,'commentId']}",
                "{'$result':[0,'likes']}",
                "{'$result':[0]}",
                "{'$result':0}",
                "{'$result':[0,'postId'],'more':1}",
                "{'$results':[0,'postId']}",
                "{'$result':['0','postId']}",
                "{'$result':[0.0,'postId']}")) {
            invalid(
                    () -> send(alice, publish, action("like-post", "{'postId':" + reference + "}")),
                    "actions[1].body.postId");
        }
        String handle = newHandle();
        invalid(
                () -> send(
                        alice,
                        action("register-creator", "{'handle':'" + handle + "','displayName':'A'}"),
                        action("like-post", "{'postId':{'$result':[0,'postId']}}")),
                "actions[1].body.postId");
    }

    @Test
    void twoThatSetTheSameFieldOrUndoOneAnotherAreRefusedByBothIndices() {
        String post = published();
        String id = "'postId':'" + post + "'";
        String publish = action("publish-post", "{'creator':'" + page + "','text':'x'}");
        String made = "'postId':{'$result':[0,'postId']}";
        List<List<String>> clashes = List.of(
                List.of(action("like-post", "{" + id + "}"), action("unlike-post", "{" + id + "}")),
                List.of(action("unlike-post", "{" + id + "}"), action("like-post", "{" + id + "}")),
                List.of(action("edit-post", "{" + id + ",'text':'1'}"), action("edit-post", "{" + id + ",'text':'2'}")),
                List.of(action("edit-post", "{" + id + ",'text':'1'}"), action("edit-post", "{" + id + ",'text':'1'}")),
                List.of(action("like-post", "{" + id + "}"), action("delete-post", "{" + id + "}")),
                List.of(action("comment-on-post", "{" + id + ",'text':'1'}"), action("delete-post", "{" + id + "}")),
                List.of(action("edit-post", "{" + id + ",'text':'1'}"), action("delete-post", "{" + id + "}")),
                List.of(publish, action("delete-post", "{" + made + "}")),
                List.of(publish, action("edit-post", "{" + made + ",'text':'2'}")),
                List.of(
                        action("comment-on-post", "{" + id + ",'text':'1'}"),
                        action("delete-comment", "{'commentId':{'$result':[0,'commentId']}}")),
                List.of(
                        action("update-creator", "{'handle':'" + page + "','bio':'1'}"),
                        action("update-creator", "{'handle':'" + page + "','bio':null}")));
        for (List<String> clash : clashes) {
            Response response = invalid(() -> send(alice, clash.toArray(String[]::new)), "actions[0]", "actions[1]");
            assertThat(response.jsonPath().getString("violations[0].message"), containsString("actions[1]"));
        }
    }

    @Test
    void whatDoesNotClashIsDoneTogether() {
        String post = published();
        done(
                alice,
                action("update-creator", "{'handle':'" + page + "','bio':'1'}"),
                action("update-creator", "{'handle':'" + page + "','displayName':'Al'}"),
                action("publish-post", "{'creator':'" + page + "','text':'x'}"),
                action("edit-post", "{'postId':'" + post + "','text':'y','expectedT':" + t() + "}"),
                action("like-post", "{'postId':'" + post + "'}"));
        assertThat(post(post).get(Attributes.POST_TEXT), is("y"));
        assertThat(creator(page, Attributes.CREATOR_DISPLAY_NAME), is("Al"));
        done(
                alice,
                action("delete-post", "{'postId':'" + post + "'}"),
                action("publish-post", "{'creator':'" + page + "','text':'instead'}"));
    }

    @Test
    void aBatchHoldsOneToAHundredActions() {
        String publish = action("publish-post", "{'creator':'" + page + "','text':'x'}");
        String[] hundred = IntStream.range(0, 100).mapToObj(i -> publish).toArray(String[]::new);
        Response response = done(alice, hundred);
        assertThat(
                response.jsonPath().getList("results.postId").stream()
                        .distinct()
                        .collect(Collectors.toList())
                        .size(),
                is(100));
        invalid(() -> send(alice, Arrays.copyOf(hundred, 0)), "actions");
        String[] more = Arrays.copyOf(hundred, 101);
        more[100] = publish;
        invalid(() -> send(alice, more), "actions");
        invalid(() -> as(alice).body("{}").post("/actions"), "actions");
        invalid(() -> as(alice).body("{\"actions\":{},\"x\":1}").post("/actions"), "actions", "x");
    }

    @Test
    void aBatchThatChangesNothingNeedsNoTransactionButForItsKey() {
        String post = published();
        String unlike = action("unlike-post", "{'postId':'" + post + "'}");
        long before = t();
        assertThat(send(bob, unlike, unlike).jsonPath().getLong("t"), is(before));
        String body = "{\"actions\":[" + unlike + "]}";
        Exchange keyed = () -> as(bob).header("Idempotency-Key", "b").body(body).post("/actions");
        Response first = keyed.send();
        assertThat(first.jsonPath().getLong("t"), is(t()));
        send(bob, action("like-post", "{'postId':'" + post + "'}"));
        Response again = keyed.send();
        assertThat(again.asString(), equalTo(first.asString()));
        assertThat(again.header("Idempotent-Replayed"), equalTo("true"));
        assertThat(post(post).get(Attributes.POST_LIKES), is(1L));
    }

    @Test
    void aKeyIsOneOfItsPath() {
        String publish = "{\"creator\":\"" + page + "\",\"text\":\"x\"}";
        as(alice).header("Idempotency-Key", "path").body(publish).post("/actions/publish-post");
        invalid(() -> as(alice).header("Idempotency-Key", "path").body(Map.of()).post("/actions"), "Idempotency-Key");
    }
}

package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static page.bits.peer.TransactionRejectedException.Reason.CAS_FAILED;
import static page.bits.peer.TransactionRejectedException.Reason.UNIQUE_CONFLICT;

import datomic.Entity;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import page.bits.action.submission.Submission;
import page.bits.action.submission.Trace;
import page.bits.http.ProblemException;
import page.bits.identity.Session;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;
import page.bits.peer.TransactionRejectedException;

/** What an action relied on when it was decided, and is not so any more when its transaction comes to be. */
@QuarkusTest
class GuardTest extends ServiceTest {

    private Submission submission(Action action, Session actor) {
        return Submission.of(action, actor.actor(), Trace.random(), Optional.empty());
    }

    private Plan decided(Action action, Session actor) {
        return Plan.of(action, peer.db(), actor.actor());
    }

    private void transacted(Action action, Session actor, Plan plan) throws Exception {
        peer.transact(submission(action, actor).data(plan)).get(30, TimeUnit.SECONDS);
    }

    private void done(Action action, Session actor) throws Exception {
        transacted(action, actor, decided(action, actor));
    }

    private TransactionRejectedException.Reason rejected(Action action, Session actor, Plan plan) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> transacted(action, actor, plan));
        assertThat(failure.getCause(), instanceOf(TransactionRejectedException.class));
        return ((TransactionRejectedException) failure.getCause()).reason();
    }

    private int refusedNow(Action action, Session actor) {
        return assertThrows(ProblemException.class, () -> decided(action, actor))
                .problem()
                .status();
    }

    private PublishPost post(Session owner) {
        return new PublishPost(PostId.random(), new Handle(registered(owner)), new PostText("x"), Optional.empty());
    }

    private PostId published(Session owner) throws Exception {
        PublishPost post = post(owner);
        done(post, owner);
        return post.id();
    }

    private Object of(PostId post, Object attribute) {
        return peer.db().entity(post.lookupRef()).get(attribute);
    }

    @Test
    void aPostOnAPageThatGotAnotherOwnerMeanwhileDoesNotHappen() throws Exception {
        Session alice = guest("Alice");
        Session bob = guest("Bob");
        PublishPost post = post(alice);
        Plan plan = decided(post, alice);

        registered(bob);
        peer.transact(List.of(Util.list(
                        Attributes.ADD,
                        post.creator().lookupRef(),
                        Attributes.CREATOR_OWNER,
                        Util.list(Attributes.ACTOR_ID, bob.actor().id()))))
                .get(30, TimeUnit.SECONDS);

        assertThat(rejected(post, alice, plan), is(CAS_FAILED));
        assertThat(refusedNow(post, alice), is(403));
    }

    @Test
    void aHandleThatWasTakenMeanwhileIsNotWrittenOver() {
        Session alice = guest("Alice");
        String handle = newHandle();
        Action register =
                new RegisterCreator(new Handle(handle), new DisplayName("Alice"), Optional.empty(), Optional.empty());
        Plan plan = decided(register, alice);
        as(guest("Bob"))
                .body("{\"handle\":\"" + handle + "\",\"displayName\":\"Bob\"}")
                .post("/actions/register-creator")
                .then()
                .statusCode(200);

        assertThat(rejected(register, alice, plan), is(UNIQUE_CONFLICT));
        assertThat(creator(handle, Attributes.CREATOR_DISPLAY_NAME), equalTo("Bob"));
    }

    @Test
    void aPostIsPublishedOnceHoweverOftenItsTransactionIsSubmitted() throws Exception {
        Session alice = guest("Alice");
        PublishPost post = post(alice);
        Plan plan = decided(post, alice);
        transacted(post, alice, plan);
        // The same post again: its id is taken, so there is nothing that could be written over.
        assertThat(rejected(post, alice, plan), is(UNIQUE_CONFLICT));
    }

    @Test
    void nothingHappensToAPostThatWasDeletedMeanwhile() throws Exception {
        Session alice = guest("Alice");
        Session bob = guest("Bob");
        PostId post = published(alice);
        CommentOnPost comment = new CommentOnPost(CommentId.random(), post, new CommentText("x"));
        done(comment, bob);
        done(new LikePost(post), bob);
        Map<Action, Session> late = new LinkedHashMap<>();
        late.put(new EditPost(post, new PostText("y"), Optional.empty(), UUID.randomUUID()), alice);
        late.put(new DeletePost(post), alice);
        late.put(new LikePost(post), alice);
        late.put(new UnlikePost(post), bob);
        late.put(new CommentOnPost(CommentId.random(), post, new CommentText("y")), bob);
        late.put(new DeleteComment(comment.id()), bob);
        Map<Action, Plan> plans = new HashMap<>();
        late.forEach((action, actor) -> plans.put(action, decided(action, actor)));

        done(new DeletePost(post), alice);

        late.forEach((action, actor) -> {
            assertThat(action.name(), rejected(action, actor, plans.get(action)), is(CAS_FAILED));
            assertThat(action.name(), refusedNow(action, actor), is(404));
        });
        assertThat(
                peer.db().entity(post.lookupRef()).keySet(), is(Set.of(":post/id", ":post/deleted", ":post/liked-by")));
    }

    @Test
    void aLikeCountsOnceThoughTwoNodesDecidedOnIt() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        LikePost like = new LikePost(post);
        Plan one = decided(like, alice);
        Plan other = decided(like, alice);
        transacted(like, alice, one);
        transacted(like, alice, other);
        assertThat(of(post, Attributes.POST_LIKES), is(1L));

        UnlikePost unlike = new UnlikePost(post);
        one = decided(unlike, alice);
        other = decided(unlike, alice);
        transacted(unlike, alice, one);
        transacted(unlike, alice, other);
        assertThat(of(post, Attributes.POST_LIKES), is(0L));
        assertThat(of(post, Attributes.POST_LIKED_BY), is(nullValue()));
    }

    @Test
    void whatSeemedToChangeNothingHoldsAfterItsTransactionWhateverCameBetween() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        LikePost like = new LikePost(post);
        done(like, alice);
        Plan again = decided(like, alice);
        assertThat(again.nothing(), is(true));
        done(new UnlikePost(post), alice);
        transacted(like, alice, again);
        assertThat(of(post, Attributes.POST_LIKES), is(1L));

        EditPost edit = new EditPost(post, new PostText("x"), Optional.empty(), UUID.randomUUID());
        Plan same = decided(edit, alice);
        assertThat(same.nothing(), is(true));
        done(new EditPost(post, new PostText("y"), Optional.empty(), UUID.randomUUID()), alice);
        transacted(edit, alice, same);
        assertThat(of(post, Attributes.POST_TEXT), is("x"));
    }

    @Test
    void anEditThatExpectsATextFailsWhereItWasEditedMeanwhileEvenBackAgain() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        BasisT seen = BasisT.of(peer.db());
        EditPost edit = new EditPost(post, new PostText("mine"), Optional.of(seen), UUID.randomUUID());
        Plan plan = decided(edit, alice);
        for (String text : List.of("other", "x")) {
            done(new EditPost(post, new PostText(text), Optional.empty(), UUID.randomUUID()), alice);
        }
        assertThat(rejected(edit, alice, plan), is(CAS_FAILED));
        assertThat(refusedNow(edit, alice), is(409));
    }

    @Test
    void likesAndCommentsDoNotCountAsEdits() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        EditPost edit = new EditPost(post, new PostText("mine"), Optional.of(BasisT.of(peer.db())), UUID.randomUUID());
        Plan plan = decided(edit, alice);
        done(new LikePost(post), alice);
        done(new CommentOnPost(CommentId.random(), post, new CommentText("x")), alice);
        transacted(edit, alice, plan);
        assertThat(of(post, Attributes.POST_TEXT), is("mine"));
    }

    @Test
    void postsAreCountedThoughDecidedOnAtTheSameTime() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        Entity page = (Entity) of(post, Attributes.POST_CREATOR);
        Handle handle = new Handle((String) page.get(Attributes.CREATOR_HANDLE));
        PublishPost first = new PublishPost(PostId.random(), handle, new PostText("1"), Optional.empty());
        PublishPost second = new PublishPost(PostId.random(), handle, new PostText("2"), Optional.empty());
        Plan one = decided(first, alice);
        Plan other = decided(second, alice);
        transacted(first, alice, one);
        transacted(second, alice, other);
        assertThat(creator(handle.value(), Attributes.CREATOR_POSTS), is(3L));

        DeletePost delete = new DeletePost(first.id());
        one = decided(delete, alice);
        other = decided(delete, alice);
        transacted(delete, alice, one);
        assertThat(rejected(delete, alice, other), is(CAS_FAILED));
        assertThat(creator(handle.value(), Attributes.CREATOR_POSTS), is(2L));
    }

    @Test
    void commentsAreCountedThoughDecidedOnAtTheSameTime() throws Exception {
        Session alice = guest("Alice");
        PostId post = published(alice);
        CommentOnPost first = new CommentOnPost(CommentId.random(), post, new CommentText("1"));
        CommentOnPost second = new CommentOnPost(CommentId.random(), post, new CommentText("2"));
        Plan one = decided(first, alice);
        Plan other = decided(second, alice);
        transacted(first, alice, one);
        transacted(second, alice, other);
        assertThat(of(post, Attributes.POST_COMMENTS), is(2L));

        DeleteComment delete = new DeleteComment(first.id());
        one = decided(delete, alice);
        other = decided(delete, alice);
        transacted(delete, alice, one);
        assertThat(rejected(delete, alice, other), is(CAS_FAILED));
        assertThat(of(post, Attributes.POST_COMMENTS), is(1L));
    }
}

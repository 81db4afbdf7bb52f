package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import datomic.Database;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import page.bits.action.identity.Session;
import page.bits.http.ProblemException;
import page.bits.peer.Attributes;
import page.bits.peer.TransactionRejectedException;

/** What an action relied on when it was decided, and is not so any more when its transaction comes to be. */
@QuarkusTest
class GuardTest extends ServiceTest {

    private Submission submission(Action action, Session actor) {
        return new Submission(action, actor.actor(), TraceId.random(), Optional.empty(), Optional.empty());
    }

    private TransactionRejectedException rejected(Submission submission, Change change) {
        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> peer.transact(submission.data(change, "{}")).get(30, TimeUnit.SECONDS));
        assertThat(failure.getCause(), instanceOf(TransactionRejectedException.class));
        return (TransactionRejectedException) failure.getCause();
    }

    @Test
    void aPostOnAPageThatGotAnotherOwnerMeanwhileDoesNotHappen() throws Exception {
        Session alice = guest("Alice");
        Session bob = guest("Bob");
        String handle = registered(alice);
        Submission submission = submission(
                new PublishPost(PostId.random(), new Handle(handle), new PostText("x"), Optional.empty()), alice);
        Database before = peer.db();
        Change change = submission.action().on(before, alice.actor());

        registered(bob);
        Object page = before.entid(Util.list(Attributes.CREATOR_HANDLE, handle));
        peer.transact(List.of(Util.list(
                        Attributes.ADD,
                        page,
                        Attributes.CREATOR_OWNER,
                        Util.list(Attributes.ACTOR_ID, bob.actor().id()))))
                .get(30, TimeUnit.SECONDS);

        assertThat(rejected(submission, change).reason(), is(TransactionRejectedException.Reason.CAS_FAILED));
        ProblemException decidedAgain =
                assertThrows(ProblemException.class, () -> submission.action().on(peer.db(), alice.actor()));
        assertThat(decidedAgain.problem().status(), is(403));
    }

    @Test
    void aHandleThatWasTakenMeanwhileIsNotWrittenOver() {
        Session alice = guest("Alice");
        String handle = newHandle();
        Submission submission = submission(
                new RegisterCreator(new Handle(handle), new DisplayName("Alice"), Optional.empty(), Optional.empty()),
                alice);
        Change change = submission.action().on(peer.db(), alice.actor());
        as(guest("Bob"))
                .body("{\"handle\":\"" + handle + "\",\"displayName\":\"Bob\"}")
                .post("/actions/register-creator")
                .then()
                .statusCode(200);

        assertThat(rejected(submission, change).reason(), is(TransactionRejectedException.Reason.UNIQUE_CONFLICT));
        assertThat(creator(handle, Attributes.CREATOR_DISPLAY_NAME), equalTo("Bob"));
    }

    @Test
    void aPostIsPublishedOnceHoweverOftenItsTransactionIsSubmitted() throws Exception {
        Session alice = guest("Alice");
        PublishPost post =
                new PublishPost(PostId.random(), new Handle(registered(alice)), new PostText("x"), Optional.empty());
        Database before = peer.db();
        peer.transact(submission(post, alice).data(post.on(before, alice.actor()), "{}"))
                .get(30, TimeUnit.SECONDS);
        // The same post again: its id is taken, so there is nothing that could be written over.
        assertThat(
                rejected(submission(post, alice), post.on(before, alice.actor()))
                        .reason(),
                is(TransactionRejectedException.Reason.UNIQUE_CONFLICT));
    }
}

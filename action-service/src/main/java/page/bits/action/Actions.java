package page.bits.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import datomic.Database;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.context.ManagedExecutor;
import page.bits.action.identity.Actor;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;
import page.bits.peer.OutcomeUnknownException;
import page.bits.peer.PeerUnavailableException;
import page.bits.peer.TransactionRejectedException;

/**
 * Gets actions done: each in one transaction, or not at all.
 *
 * <p>An action is decided on the database as this node has it. That can be a little old, in two ways, and the answer to both
 * is to decide once more on the newest database, which the transactor is asked for:
 *
 * <ul>
 *   <li>The action is refused, but perhaps only because this node has not heard yet of what another one did a moment ago.
 *   <li>The transaction is rejected, since a guard in it found that something had changed. On the newest database the
 *       decision then says what it would have said to someone who came a moment later. Whether a unique value that was in
 *       conflict is the Idempotency-Key or something of the action need not be read from Datomic's message: the first reply
 *       to the key is looked up before anything else is decided.
 * </ul>
 */
@Singleton
public class Actions {

    private static final int TRIES = 3;

    private final DatomicPeer peer;
    private final ObjectMapper json;
    private final ManagedExecutor executor;
    private final ActionConfig config;
    private final Semaphore inFlight;

    Actions(DatomicPeer peer, ObjectMapper json, ManagedExecutor executor, ActionConfig config) {
        this.peer = peer;
        this.json = json;
        this.executor = executor;
        this.config = config;
        this.inFlight = new Semaphore(config.maxInFlight());
    }

    /**
     * Does it. Decides on the calling thread, which may block a little, and never waits for the transactor.
     *
     * @return fails with a {@link ProblemException}; completed on any thread, so continue elsewhere
     */
    CompletableFuture<Reply> perform(Submission submission) {
        if (!inFlight.tryAcquire()) {
            return CompletableFuture.failedFuture(notSubmitted("Too many actions wait for the transactor."));
        }
        return decide(submission, TRIES)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(problem(failure)))
                .whenComplete((done, failure) -> inFlight.release());
    }

    /**
     * Records what was done at another time, for whoever brings actions from elsewhere. A transaction may not be dated before
     * the newest one of the database.
     *
     * @return like {@link #perform}
     */
    public CompletableFuture<Reply> record(Actor actor, Action action, Instant at) {
        return perform(new Submission(action, actor, TraceId.random(), Optional.empty(), Optional.of(at)));
    }

    /**
     * The first reply to a request that this may be a repeat of, where this node knows of one.
     *
     * @throws ProblemException 422 where its key came with another request, 503 where the database is away
     */
    Optional<Reply> firstReply(Idempotency idempotency) {
        try {
            return idempotency.firstReply(peer.db());
        } catch (PeerUnavailableException e) {
            throw problem(e);
        }
    }

    private CompletableFuture<Reply> decide(Submission submission, int tries) {
        try {
            return attempt(submission, peer.db(), tries);
        } catch (ProblemException e) {
            return again(submission, tries);
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it: its place among those in flight has to be given back.
            return CompletableFuture.failedFuture(e);
        }
    }

    /** @throws ProblemException where the action cannot be done on {@code db} */
    private CompletableFuture<Reply> attempt(Submission submission, Database db, int tries) {
        Optional<Reply> first = submission.idempotency().flatMap(repeatable -> repeatable.firstReply(db));
        if (first.isPresent()) {
            return CompletableFuture.completedFuture(first.get());
        }
        Change change = submission.action().on(db, submission.actor());
        String result = asJson(change.result());
        return peer.transact(submission.data(change, result))
                .thenApply(committed -> reply(submission, committed, result))
                .exceptionallyCompose(failure ->
                        isLostRace(failure) ? again(submission, tries) : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Reply> again(Submission submission, int tries) {
        if (tries == 1) {
            return CompletableFuture.failedFuture(
                    ProblemException.of(ProblemType.CONFLICT, "Others change the same at the same moment; try again."));
        }
        return peer.sync(config.syncTimeout())
                .thenComposeAsync(newest -> attempt(submission, newest, tries - 1), executor);
    }

    private static boolean isLostRace(Throwable failure) {
        return cause(failure) instanceof TransactionRejectedException rejected
                && rejected.reason() != TransactionRejectedException.Reason.OTHER;
    }

    private static Reply reply(Submission submission, Committed committed, String result) {
        return new Reply(submission.action().name(), committed.t(), committed.at(), result, false);
    }

    private RuntimeException problem(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof PeerUnavailableException) {
            return notSubmitted("The database can't be reached (" + cause.getMessage() + ").");
        }
        if (cause instanceof OutcomeUnknownException) {
            return ProblemException.of(
                    ProblemType.OUTCOME_UNKNOWN,
                    "It was submitted, and nobody can tell whether it happened (" + cause.getMessage()
                            + "). Repeat it with the same " + Idempotency.HEADER + " to find out.");
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    private ProblemException notSubmitted(String why) {
        return ProblemException.retryLater(
                ProblemType.UNAVAILABLE, why + " Nothing was submitted: try again.", config.retryAfter());
    }

    private String asJson(Map<String, Object> result) {
        try {
            return json.writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result is not JSON: " + result, e);
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}

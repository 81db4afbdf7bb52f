package page.bits.action.submission;

import datomic.Database;
import datomic.Peer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import page.bits.action.Action;
import page.bits.action.Plan;
import page.bits.action.Results;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;
import page.bits.peer.OutcomeUnknownException;
import page.bits.peer.TransactionRejectedException;

/**
 * Gets actions done: each in one transaction, or not at all; a batch of them likewise.
 *
 * <p>An action is decided on the database as this node has it. That can be a little old, in three ways, and the answer to each
 * is to decide once more on the newest database, which the transactor is asked for:
 *
 * <ul>
 *   <li>The action is refused, but perhaps only because this node has not heard yet of what another one did a moment ago.
 *   <li>It would change nothing, but perhaps only because this node has not heard yet of what was undone a moment ago. (With
 *       an Idempotency-Key there is a transaction anyway, whose data hold on any database.)
 *   <li>The transaction is rejected, since a guard in it found that something had changed. On the newest database the
 *       decision then says what it would have said to someone who came a moment later. Whether a unique value that was in
 *       conflict is the Idempotency-Key or something of the action need not be read from Datomic's message: the first reply
 *       to the key is looked up before anything else is decided.
 * </ul>
 */
@Singleton
@Startup // so that settings that can't be end the process at once
public class Actions {

    private static final int TRIES = 3;

    private final DatomicPeer peer;
    private final ActionConfig config;
    private final Tracing tracing;
    private final InFlight inFlight;
    private final ExecutorService threads;

    Actions(DatomicPeer peer, ActionConfig config, Tracing tracing, MeterRegistry metrics) {
        this.peer = peer;
        this.config = config;
        this.tracing = tracing;
        require(config.maxInFlight() > 0, "bits.action.max-in-flight has to be 1 or more");
        require(config.maxWaiting() >= 0, "bits.action.max-waiting has to be 0 or more");
        require(config.maxBatch() > 0, "bits.action.max-batch has to be 1 or more");
        require(config.threads() > 0, "bits.action.threads has to be 1 or more");
        this.inFlight = new InFlight(config.maxInFlight(), config.maxWaiting(), config.maxWait());
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(config.threads(), task -> {
            Thread thread = new Thread(task, "bits-action-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        Gauge.builder("bits.actions.in.flight", inFlight, InFlight::running)
                .description("Actions whose transaction is in flight")
                .register(metrics);
        Gauge.builder("bits.actions.waiting", inFlight, InFlight::waiting)
                .description("Actions that wait for their turn")
                .register(metrics);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new ConfigurationException(what);
        }
    }

    /**
     * Takes a request on, where this node has not too many, and works on it on one of {@link ActionConfig#threads()}.
     *
     * @param work may block a little; what it returns may be completed on any thread
     * @return fails with a {@link ProblemException}, at once with 503 where there are too many
     */
    public <T> CompletableFuture<T> admit(Supplier<CompletableFuture<T>> work) {
        if (!inFlight.admit()) {
            return CompletableFuture.failedFuture(notSubmitted("This node has too many actions at once."));
        }
        long admitted = System.nanoTime();
        CompletableFuture<T> done;
        try {
            done = CompletableFuture.supplyAsync(
                            () -> System.nanoTime() - admitted
                                            < config.maxWait().toNanos()
                                    ? work.get()
                                    : CompletableFuture.<T>failedFuture(tooLate()),
                            threads)
                    .thenCompose(Function.identity());
        } catch (RejectedExecutionException e) {
            done = CompletableFuture.failedFuture(notSubmitted("This node shuts down."));
        }
        return done.whenComplete((result, failure) -> inFlight.dismiss());
    }

    /**
     * Does it. Decides on the calling thread where there is a place among those in flight, which may block a little, and
     * never waits for the transactor.
     *
     * @return fails with a {@link ProblemException}; completed on any thread, so continue elsewhere
     */
    public CompletableFuture<Reply> perform(Submission submission) {
        CompletableFuture<Void> turn = inFlight.enter();
        CompletableFuture<Reply> reply = turn.isDone() && !turn.isCompletedExceptionally()
                ? inTurn(submission)
                : turn.thenComposeAsync(now -> inTurn(submission), threads);
        return reply.exceptionallyCompose(failure -> CompletableFuture.failedFuture(problem(failure)));
    }

    /** However it fails, its place among those in flight is given back. */
    private CompletableFuture<Reply> inTurn(Submission submission) {
        CompletableFuture<Reply> reply;
        try {
            reply = decide(submission);
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it.
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.whenComplete((done, failure) -> inFlight.leave());
    }

    /**
     * Records what was done at another time, for whoever brings actions from elsewhere. A transaction may not be dated before
     * the newest one of the database.
     *
     * @return like {@link #perform}
     */
    public CompletableFuture<Reply> record(Actor actor, Action action, Instant at) {
        return perform(
                new Submission(List.of(action), false, actor, Trace.random(), Optional.empty(), Optional.of(at)));
    }

    /**
     * The first reply to a request that this may be a repeat of, where this node knows of one.
     *
     * @throws ProblemException 422 where its key came with another request, 503 where the database is away
     */
    public Optional<Reply> firstReply(Idempotency idempotency) {
        try {
            return idempotency.firstReply(peer.db());
        } catch (ProblemException e) {
            throw e;
        } catch (Exception e) {
            throw problem(e);
        }
    }

    private CompletableFuture<Reply> decide(Submission submission) {
        try {
            return attempt(submission, peer.db(), false, TRIES);
        } catch (ProblemException e) {
            return onNewest(submission, TRIES);
        }
    }

    /**
     * @param isNewest whether {@code db} is newer than the request
     * @throws ProblemException where the action cannot be done on {@code db}
     */
    private CompletableFuture<Reply> attempt(Submission submission, Database db, boolean isNewest, int tries) {
        Optional<Reply> first = submission.idempotency().flatMap(repeatable -> repeatable.firstReply(db));
        if (first.isPresent()) {
            return CompletableFuture.completedFuture(first.get());
        }
        Plan plan = submission.plan(db);
        if (plan.nothing() && submission.idempotency().isEmpty()) {
            return isNewest
                    ? CompletableFuture.completedFuture(unchanged(submission, plan, db))
                    : onNewest(submission, tries);
        }
        return tracing.transact(submission.trace(), submission.name(), TRIES - tries, submission.data(plan))
                .thenApplyAsync(committed -> done(submission, plan, committed), threads)
                .exceptionallyCompose(failure ->
                        isLostRace(failure) ? onNewest(submission, tries) : CompletableFuture.failedFuture(failure));
    }

    /** It happened, so nothing that goes wrong from here on may be told as if it had not. */
    private static Reply done(Submission submission, Plan plan, Committed committed) {
        try {
            return reply(submission, plan, committed.t(), committed.at(), committed.db());
        } catch (RuntimeException e) {
            throw new OutcomeUnknownException("its reply could not be made", e);
        }
    }

    private CompletableFuture<Reply> onNewest(Submission submission, int tries) {
        if (tries == 1) {
            return CompletableFuture.failedFuture(
                    ProblemException.of(ProblemType.CONFLICT, "Others change the same at the same moment; try again."));
        }
        return peer.sync(config.syncTimeout())
                .thenComposeAsync(newest -> attempt(submission, newest, true, tries - 1), threads);
    }

    private static boolean isLostRace(Throwable failure) {
        return PeerProblem.cause(failure) instanceof TransactionRejectedException rejected
                && rejected.reason() != TransactionRejectedException.Reason.OTHER;
    }

    private static Reply unchanged(Submission submission, Plan plan, Database db) {
        Date at = (Date) db.entity(Peer.toTx(db.basisT())).get(Attributes.TX_INSTANT);
        return reply(submission, plan, BasisT.of(db), at.toInstant(), db);
    }

    private static Reply reply(Submission submission, Plan plan, BasisT t, Instant at, Database db) {
        List<String> names = submission.names();
        return new Reply(submission.isBatch(), names, t, at, Results.of(names, plan.results(), db), false);
    }

    private RuntimeException problem(Throwable failure) {
        Throwable cause = PeerProblem.cause(failure);
        return cause instanceof TimeoutException
                ? tooLate()
                : PeerProblem.of(
                        cause, "Repeat it with the same " + Idempotency.HEADER + " to find out.", config.retryAfter());
    }

    private ProblemException tooLate() {
        return notSubmitted("Its turn did not come within " + config.maxWait().toMillis() + " ms.");
    }

    private ProblemException notSubmitted(String why) {
        return PeerProblem.notSubmitted(why, config.retryAfter());
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }
}

package page.bits.action.presence;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.context.ManagedExecutor;
import page.bits.action.submission.ActionConfig;
import page.bits.action.submission.PeerProblem;
import page.bits.http.ProblemException;
import page.bits.peer.DatomicPeer;
import page.bits.peer.TransactionRejectedException;
import page.bits.presence.peer.PresenceDatabase;

/**
 * Gets done what presence nodes ask for, so many at once: each in one transaction, or not at all. It is decided on the presence
 * database as this node has it; what is in conflict with that is decided once more on the newest one, since this node may not
 * have heard yet of what another action node wrote for the same presence node a moment ago.
 */
@Singleton
@Startup // so that settings that can't be end the process at once
class PresenceWriter {

    private static final String TO_FIND_OUT = "The lease that the node has from then on tells.";

    private final DatomicPeer peer;
    private final PresenceConfig config;
    private final ActionConfig actions;
    private final ManagedExecutor executor;
    private final Semaphore places;

    PresenceWriter(
            @PresenceDatabase DatomicPeer peer, PresenceConfig config, ActionConfig actions, ManagedExecutor executor) {
        if (config.maxInFlight() < 1) {
            throw new ConfigurationException("bits.action.presence.max-in-flight has to be 1 or more");
        }
        this.peer = peer;
        this.config = config;
        this.actions = actions;
        this.executor = executor;
        this.places = new Semaphore(config.maxInFlight());
    }

    /**
     * Does it. Any thread that may block a little.
     *
     * @return fails with a {@link ProblemException}; completed on any thread, so continue elsewhere
     */
    CompletableFuture<PresenceReply> perform(PresenceRequest request) {
        if (!places.tryAcquire()) {
            return CompletableFuture.failedFuture(
                    PeerProblem.notSubmitted("This node writes too much presence at once.", actions.retryAfter()));
        }
        CompletableFuture<PresenceReply> reply;
        try {
            reply = decide(request);
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it.
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.whenComplete((done, failure) -> places.release())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(problem(failure)));
    }

    private CompletableFuture<PresenceReply> decide(PresenceRequest request) {
        try {
            return submit(request.on(peer.db()));
        } catch (ProblemException e) {
            return peer.sync(config.syncTimeout()).thenComposeAsync(newest -> submit(request.on(newest)), executor);
        }
    }

    private CompletableFuture<PresenceReply> submit(Write write) {
        return peer.transact(write.data())
                .thenApplyAsync(done -> new PresenceReply(done.t().value(), write.lease(), write.rest()), executor);
    }

    /** A guard in the transaction found another lease, or a node where there was none. */
    private RuntimeException problem(Throwable failure) {
        return PeerProblem.cause(failure) instanceof TransactionRejectedException rejected
                        && rejected.reason() != TransactionRejectedException.Reason.OTHER
                ? Node.conflict("The node has another lease by now.")
                : PeerProblem.of(failure, TO_FIND_OUT, actions.retryAfter());
    }
}

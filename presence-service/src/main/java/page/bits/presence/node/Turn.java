package page.bits.presence.node;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import page.bits.presence.node.ActionClient.Outcome;

/**
 * Asks for one transaction after another: the next one only when the transactions say what became of the last, or that was given
 * up; and after one that failed, only after a pause, which grows.
 *
 * <p>Confined to the thread of presence.
 */
final class Turn {

    private static final Logger LOG = Logger.getLogger(Turn.class);
    private static final long FIRST_PAUSE_NANOS = 100_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

    private final ActionClient actions;
    private final Executor thread;
    private final LongSupplier clock;
    private final LongSupplier reached;
    private final long patience;

    private boolean asking;

    /** The t that has to be seen before the next; 0 for none. */
    private long awaited;

    private long since;
    private long pause;
    private boolean toldOfFailure;

    /**
     * @param reached the t of the transaction that was seen last
     * @param patience for how long a transaction that was done is waited for, in nanoseconds
     */
    Turn(ActionClient actions, Executor thread, LongSupplier clock, LongSupplier reached, long patience) {
        this.actions = actions;
        this.thread = thread;
        this.clock = clock;
        this.reached = reached;
        this.patience = patience;
        this.since = clock.getAsLong();
    }

    /** Whether the next may be asked for. */
    boolean isFree() {
        long waited = clock.getAsLong() - since;
        return !asking && waited >= pause && (isSeen() || waited >= patience);
    }

    /** Whether the transactions have told all that the last one did. */
    boolean isSeen() {
        return reached.getAsLong() >= awaited;
    }

    /** @param then hears what came of it, on the thread of presence */
    void ask(Write write, Consumer<Outcome> then) {
        asking = true;
        actions.ask(write)
                .onComplete(answer -> thread.execute(() -> {
                    asking = false;
                    since = clock.getAsLong();
                    take(answer.result());
                    then.accept(answer.result());
                }));
    }

    private void take(Outcome outcome) {
        if (outcome instanceof Outcome.Done done) {
            awaited = done.t();
            pause = 0;
        } else {
            awaited = 0;
            pause = pause == 0 ? FIRST_PAUSE_NANOS : Math.min(LONGEST_PAUSE_NANOS, 2 * pause);
        }
        if (outcome instanceof Outcome.Failed failed) {
            LOG.logf(
                    toldOfFailure ? Logger.Level.DEBUG : Logger.Level.WARN,
                    "Presence can't be written, and is kept as it is until that is possible again: %s",
                    failed.why());
            toldOfFailure = true;
            return;
        }
        if (toldOfFailure) {
            LOG.info("Presence is written again");
            toldOfFailure = false;
        }
    }
}

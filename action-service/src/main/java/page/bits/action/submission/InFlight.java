package page.bits.action.submission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How many requests this node works on. A request is admitted or not, at once; of those that are, so many may have a
 * transaction in flight, and the others wait their turn, first come, first served. So what waits costs no thread, and those
 * in flight are as fast as they would be without it. Any thread.
 */
final class InFlight {

    private final int max;
    private final int maxWaiting;
    private final Duration patience;
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int admitted;
    private int running;

    /**
     * @param max transactions at the same time
     * @param maxWaiting requests that may be admitted beyond that
     * @param patience how long a turn may take to come
     */
    InFlight(int max, int maxWaiting, Duration patience) {
        this.max = max;
        this.maxWaiting = maxWaiting;
        this.patience = patience;
    }

    /** Whether one more is taken on; then {@link #dismiss} has to be called when it is over. */
    synchronized boolean admit() {
        if (admitted >= max + maxWaiting) {
            return false;
        }
        admitted++;
        return true;
    }

    synchronized void dismiss() {
        admitted--;
    }

    /**
     * A place among those in flight; then {@link #leave} has to be called.
     *
     * @return done already where there is a place; fails with a {@link java.util.concurrent.TimeoutException} where none came
     *     in time. Completed on the thread of whoever leaves or of the JDK's timer, so continue elsewhere
     */
    CompletableFuture<Void> enter() {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        synchronized (this) {
            if (running < max) {
                running++;
                return CompletableFuture.completedFuture(null);
            }
            waiting.add(turn);
        }
        turn.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).whenComplete((done, late) -> {
            if (late != null) {
                forget(turn);
            }
        });
        return turn;
    }

    private synchronized void forget(CompletableFuture<Void> turn) {
        waiting.remove(turn);
    }

    /** Gives the place to who has waited longest. */
    void leave() {
        while (true) {
            CompletableFuture<Void> next;
            synchronized (this) {
                next = waiting.poll();
                if (next == null) {
                    running--;
                    return;
                }
            }
            if (next.complete(null)) {
                return;
            }
        }
    }

    synchronized int running() {
        return running;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}

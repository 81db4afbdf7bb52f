package page.bits.peer;

import datomic.Connection;
import datomic.Database;
import datomic.ListenableFuture;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Asks the transactor again and again whether this peer has its newest basis ({@code sync}), and knows how long ago it last
 * said so. One question is open at a time, and one that got no answer for as long as makes the peer stale is asked anew, since
 * a question from before a reconnect may never be answered.
 */
final class BasisConfirmation implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BasisConfirmation.class);

    private final Connection connection;
    private final Duration staleAfter;
    private final ScheduledExecutorService timer;
    private volatile long confirmedAt = System.nanoTime();
    private ListenableFuture<Database> question;
    private long askedAt;

    /** @param database the name of the database, to tell of it */
    BasisConfirmation(String database, Connection connection, DatomicConfig config) {
        this.connection = connection;
        this.staleAfter = config.staleAfter();
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "bits-basis-confirmation " + database);
            thread.setDaemon(true);
            return thread;
        });
        long interval = config.confirmInterval().toMillis();
        timer.scheduleWithFixedDelay(this::ask, interval, interval, TimeUnit.MILLISECONDS);
    }

    boolean isStale() {
        return age().compareTo(staleAfter) > 0;
    }

    /** How long ago the question was asked that was answered last. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - confirmedAt);
    }

    private void ask() {
        long now = System.nanoTime();
        if (question != null && !question.isDone() && now - askedAt < staleAfter.toNanos()) {
            return;
        }
        try {
            askedAt = now;
            question = connection.sync();
            ListenableFuture<Database> asked = question;
            asked.addListener(() -> answered(asked, now), Runnable::run);
        } catch (Exception e) {
            // Also the checked ones that Datomic does not declare: whatever leaves here is the last run of the timer.
            LOG.debugf(e, "The transactor can't be asked for its basis");
        }
    }

    private void answered(ListenableFuture<Database> asked, long since) {
        try {
            asked.get();
            // Two answers may come out of order; then the later question counts.
            confirmedAt = since - confirmedAt > 0 ? since : confirmedAt;
        } catch (Exception e) {
            LOG.debugf(e, "The transactor did not tell its basis");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}

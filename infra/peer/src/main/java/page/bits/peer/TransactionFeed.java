package page.bits.peer;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Every transaction of the database, once, in order of t, from a given t on.
 *
 * <p>Datomic's report queue does not promise that: a peer that lost its transactor catches its database up from the log
 * without reporting what it read, a transaction that was durable when the transactor died is never reported, and reports may
 * repeat around a connect. So the queue is only what makes the feed fast. The feed keeps the last t it handed out and
 *
 * <ul>
 *   <li>drops a report at or below it;
 *   <li>reads the log up to a report's {@code before} where that lies beyond it (values of t are not consecutive, so a
 *       jump in t alone proves nothing);
 *   <li>reads the log up to the database's basis whenever the queue was quiet for one tick.
 * </ul>
 *
 * <p>One pump thread does all of this and calls the listeners. Only {@link #close()} ends it: a read of the log that fails
 * is tried again with the next report or tick, from the same t, and a listener that throws has missed that transaction.
 */
public final class TransactionFeed implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TransactionFeed.class);

    private final String database;
    private final TransactionSource source;
    private final BasisT after;
    private final Duration tick;
    private final List<TransactionListener> listeners;
    private final ConcurrentSkipListMap<Waiter, CompletableFuture<Void>> waiters = new ConcurrentSkipListMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final Thread pump;
    private final LongAdder fromLog = new LongAdder();
    private volatile BasisT last;
    private volatile boolean closed;

    /** Since when the pump has been at what it is doing, by {@link System#nanoTime}; 0 while it waits for a report. */
    private volatile long busySince;

    /**
     * A feed that has not been started.
     *
     * @param database the name of the database, to tell of it
     * @param after the t after which it begins: the first transaction delivered is the next one
     * @param tick how long the queue may be quiet before the log is asked
     */
    TransactionFeed(
            String database,
            TransactionSource source,
            BasisT after,
            Duration tick,
            List<? extends TransactionListener> listeners) {
        this.database = database;
        this.source = source;
        this.after = after;
        this.last = after;
        this.tick = tick;
        this.listeners = List.copyOf(listeners);
        this.pump = new Thread(this::pump, "bits-feed " + database);
        pump.setDaemon(true);
    }

    void start() {
        pump.start();
    }

    /** The t after which it began: the first transaction that listeners heard of is the next one. Any thread. */
    public BasisT after() {
        return after;
    }

    /** The t of the transaction that all listeners have heard of last. Any thread. */
    public BasisT last() {
        return last;
    }

    /**
     * Completes when all listeners have heard of every transaction up to {@code t}; with a
     * {@link java.util.concurrent.TimeoutException} if that takes longer than {@code wait}, also because the feed was closed.
     * Any thread; completed on the pump thread or on the JDK's one thread for time-outs, so continue elsewhere.
     */
    public CompletableFuture<Void> reached(BasisT t, Duration wait) {
        if (!t.isAfter(last)) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(t, tickets.incrementAndGet());
        CompletableFuture<Void> reached =
                new CompletableFuture<Void>().orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS);
        waiters.put(waiter, reached);
        reached.whenComplete((done, failure) -> waiters.remove(waiter));
        if (!t.isAfter(last)) {
            // The pump went past t after the first look at it, and may not have seen this waiter.
            reached.complete(null);
        }
        return reached;
    }

    /** How many transactions came from the log, since no report of theirs had come in its turn. Any thread. */
    public long fromLog() {
        return fromLog.sum();
    }

    /**
     * For how long the pump has been at one report or one look at the log, its listeners' part included; zero while it waits for
     * the next. Whatever is longer than a moment holds up this node. Any thread.
     */
    public Duration stall() {
        long since = busySince;
        return since == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, System.nanoTime() - since));
    }

    /** How many wait for a t that has not been reached. */
    int waiting() {
        return waiters.size();
    }

    /** Ends the pump thread and waits for it. */
    @Override
    public void close() {
        closed = true;
        pump.interrupt();
        try {
            pump.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump() {
        BasisT toldOf = null;
        while (!closed) {
            try {
                step();
            } catch (InterruptedException e) {
                LOG.debug("Interrupted; only close() ends the feed");
            } catch (Throwable e) {
                // Errors too, and the checked exceptions that Datomic throws without declaring them: a node whose feed
                // has
                // died silently would go on showing old views.
                if (!closed && !last.equals(toldOf)) {
                    toldOf = last;
                    LOG.warnf(
                            e,
                            "The feed of %s stands at t %s and tries again with each report and tick",
                            database,
                            last);
                }
            }
        }
    }

    private void step() throws InterruptedException {
        Optional<TransactionSource.Report> next = source.poll(tick);
        // An odd number, which is never 0.
        busySince = System.nanoTime() | 1;
        try {
            take(next);
        } finally {
            busySince = 0;
        }
    }

    private void take(Optional<TransactionSource.Report> next) {
        if (next.isEmpty()) {
            catchUp(source.basis());
            return;
        }
        TransactionSource.Report report = next.get();
        if (!report.transaction().t().isAfter(last)) {
            return;
        }
        catchUp(report.before());
        if (report.before().isAfter(last)) {
            throw new IllegalStateException("the log ends at t " + last + ", before the basis t " + report.before()
                    + " of a transaction that was reported");
        }
        // A report that repeats what the peer has read from the log already has its own transaction in its "before".
        if (report.transaction().t().isAfter(last)) {
            deliver(report.transaction());
        }
    }

    private void catchUp(BasisT through) {
        if (through.isAfter(last)) {
            source.log(last, through).forEach(transaction -> {
                fromLog.increment();
                deliver(transaction);
            });
        }
    }

    private void deliver(Transaction transaction) {
        for (TransactionListener listener : listeners) {
            try {
                listener.onTransaction(transaction);
            } catch (Throwable e) {
                LOG.errorf(
                        e, "%s failed on transaction %s, which it does not hear of again", listener, transaction.t());
            }
        }
        last = transaction.t();
        release(last);
    }

    private void release(BasisT through) {
        waiters.headMap(new Waiter(through, Long.MAX_VALUE)).values().forEach(reached -> reached.complete(null));
    }

    /** Someone who waits for {@code t}; the ticket tells apart those who wait for the same. */
    private record Waiter(BasisT t, long ticket) implements Comparable<Waiter> {

        private static final Comparator<Waiter> ORDER =
                Comparator.comparing(Waiter::t).thenComparingLong(Waiter::ticket);

        @Override
        public int compareTo(Waiter other) {
            return ORDER.compare(this, other);
        }
    }
}

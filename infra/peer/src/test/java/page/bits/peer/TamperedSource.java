package page.bits.peer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real connection's reports, log and basis, with somebody between the report queue and the feed, and somebody between the
 * log and the feed.
 */
final class TamperedSource implements TransactionSource {

    /** What becomes of the reports. Called on the feed's thread only. */
    interface Reports {

        /** What the feed gets now that {@code report} has come. */
        List<Report> onReport(Report report);

        /** What the feed gets now that the queue is empty; {@code read} is how far the log has been read. */
        default List<Report> onQuiet(BasisT read) {
            return List.of();
        }

        /** Whether the feed gets no more of the reports that have come. */
        default boolean holdsNothing() {
            return true;
        }
    }

    /** What becomes of a read of the log. Called on the feed's thread only. */
    interface LogReads {

        Iterable<Transaction> onRead(Iterable<Transaction> entries);
    }

    private static final Duration SLICE = Duration.ofMillis(2);

    private final TransactionSource real;
    private final Reports reports;
    private final LogReads logReads;
    private final Deque<Report> due = new ArrayDeque<>();
    private final AtomicInteger reads = new AtomicInteger();
    private BasisT read = new BasisT(0);
    private BasisT newest = new BasisT(0);
    private volatile BasisT done = new BasisT(0);

    TamperedSource(TransactionSource real, Reports reports, LogReads logReads) {
        this.real = real;
        this.reports = reports;
        this.logReads = logReads;
    }

    /** How often the log was read. Any thread. */
    int reads() {
        return reads.get();
    }

    /** The t up to which the feed got, and is through with, all the reports that it will ever get. Any thread. */
    BasisT done() {
        return done;
    }

    @Override
    public Optional<Report> poll(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (due.isEmpty()) {
            Optional<Report> next = real.poll(SLICE);
            next.ifPresent(report -> newest = report.transaction().t());
            due.addAll(next.map(reports::onReport).orElseGet(() -> reports.onQuiet(read)));
            if (due.isEmpty() && reports.holdsNothing()) {
                done = newest;
            }
            if (due.isEmpty() && System.nanoTime() - deadline > 0) {
                return Optional.empty();
            }
        }
        return Optional.of(due.remove());
    }

    @Override
    public BasisT basis() {
        return real.basis();
    }

    @Override
    public Iterable<Transaction> log(BasisT after, BasisT through) {
        reads.incrementAndGet();
        Iterable<Transaction> entries = logReads.onRead(real.log(after, through));
        read = through;
        return entries;
    }
}

package page.bits.peer;

import java.time.Duration;
import java.util.Optional;

/** Where a {@link TransactionFeed} learns of transactions: reports as the fast hint, the log as the truth. */
interface TransactionSource {

    /** The next report, or none within {@code wait}. Reports may be missing, repeated, late, or never come. */
    Optional<Report> poll(Duration wait) throws InterruptedException;

    /** The basis of the newest database value of this peer. */
    BasisT basis();

    /** The transactions of the log with a t greater than {@code after} and at most {@code through}, in order of t. */
    Iterable<Transaction> log(BasisT after, BasisT through);

    /**
     * One item of the report queue.
     *
     * @param before the basis the transaction was applied to: nothing lies between it and the transaction. Where a report
     *     repeats what the peer had already, it may be the transaction's own t or beyond
     */
    record Report(BasisT before, Transaction transaction) {}
}

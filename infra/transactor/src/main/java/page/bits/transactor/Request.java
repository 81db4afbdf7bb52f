package page.bits.transactor;

/** What the writer of a database is asked to do; each is done in the order in which it came. */
sealed interface Request {

    /**
     * One transaction.
     *
     * @param id what its peer knows it by
     * @param data the transaction data, as Datomic reads it
     * @param ioContext what the peer wants its reads attributed to, or null
     * @param bytes its share of the message that it came in
     */
    record Submission(Object id, Object data, Object ioContext, int bytes) implements Request {}

    /** A peer wants to hear when everything submitted before is done. */
    record Sync(Object id) implements Request {}

    /** Merge what is in memory into the index, however little that is. */
    record IndexNow() implements Request {}

    /** Something in the background is finished. */
    record LookAgain() implements Request {}

    /** The last: nothing comes after it. */
    record Close() implements Request {}
}

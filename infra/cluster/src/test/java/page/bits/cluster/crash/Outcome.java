package page.bits.cluster.crash;

/** What a client was told about a transaction. */
enum Outcome {
    /** It is durable, at a t. */
    ACKED,
    /** It was refused, so it never happens. */
    REJECTED,
    /** It was never submitted. */
    UNAVAILABLE,
    /** It may have happened. */
    UNKNOWN
}

package page.bits.cluster.history;

/** What holds of every history, whatever goes wrong while it is made. */
enum Rule {
    /** What was acknowledged is in the log. */
    NOT_LOST,
    /** No request is in the log twice. */
    ONCE,
    /** A sending that was refused left nothing. */
    REFUSED_LEFT_NOTHING,
    /** A sending that was answered with 503 left nothing. */
    NEVER_SUBMITTED_LEFT_NOTHING,
    /** A transaction is at the t that its client was told. */
    AT_ITS_T,
    /** A transaction is by whom it was asked for. */
    BY_ITS_ACTOR,
    /** A transaction changes what it was asked to, and nothing else. */
    EFFECT,
    /** A reply's ids and handles are those of its transaction. */
    RESULT,
    /** All replies to one key have the same t and result, and no refusal comes after a success. */
    REPLIES_AGREE,
    /** A reply that is not marked as replayed is that to the sending that made the transaction. */
    MARKED_AS_REPLAYED,
    /** Nothing happens that nobody asked for. */
    ASKED_FOR,
    /** A handle is registered once. */
    HANDLE_ONCE,
    /** Only those do a thing who may. */
    WHO_MAY,
    /** An actor's like counts once: the set, the counter and the figure in the reply agree. */
    LIKES,
    /** A post's counter of comments is how many there are. */
    COMMENTS,
    /** A creator's counter of posts is how many there are. */
    POSTS,
    /** A text that was edited after {@code expectedT} is not written over. */
    EXPECTED_T,
    /** Nothing is done to what is not there, or not any more. */
    THERE,
    /** Two actions of one batch don't contradict one another. */
    BATCH,
    /** What replied without a transaction changed nothing at some time between its asking and its answer. */
    NO_OP,
    /**
     * What changes nothing has no transaction, unless it bears a key, or its node can't have known yet: another did the same
     * at the same moment, or before at another node.
     */
    NO_EMPTY_TRANSACTION,
    /** A refusal was right at some time between the asking and the answer. */
    RIGHTLY_REFUSED,
    /** What ended before another thing began is not after it in the log. */
    REAL_TIME,
    /** The indexes hold, in the end, what clients were told and what unknown requests came to. */
    COUNTS
}

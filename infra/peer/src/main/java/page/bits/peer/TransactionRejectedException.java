package page.bits.peer;

import clojure.lang.IExceptionInfo;
import clojure.lang.Keyword;

/** The transactor refused a transaction: nothing of it happened, and repeating it changes nothing about that. */
public final class TransactionRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final Keyword DB_ERROR = Keyword.intern("db", "error");
    private static final Keyword UNIQUE_CONFLICT = Keyword.intern("db.error", "unique-conflict");
    private static final Keyword CAS_FAILED = Keyword.intern("db.error", "cas-failed");

    /** Why, as far as Bits tells reasons apart. */
    public enum Reason {
        /** A unique value belongs to another entity ({@code :db.error/unique-conflict}). */
        UNIQUE_CONFLICT,
        /** A compare-and-set found another value ({@code :db.error/cas-failed}). */
        CAS_FAILED,
        /** Anything else: the transaction data itself is wrong. */
        OTHER
    }

    private final Reason reason;

    TransactionRejectedException(Throwable cause) {
        super(cause.getMessage(), cause);
        this.reason = reason(cause);
    }

    public Reason reason() {
        return reason;
    }

    private static Reason reason(Throwable cause) {
        Object error = errorOf(cause);
        if (UNIQUE_CONFLICT.equals(error)) {
            return Reason.UNIQUE_CONFLICT;
        }
        return CAS_FAILED.equals(error) ? Reason.CAS_FAILED : Reason.OTHER;
    }

    /** The {@code :db/error} that Datomic put into the exception's data, or null. */
    static Object errorOf(Throwable cause) {
        return cause instanceof IExceptionInfo info ? info.getData().valAt(DB_ERROR) : null;
    }
}

package page.bits.peer;

/** A transaction was submitted and nobody can tell whether it happened: it may be in the log, or still get there. */
public final class OutcomeUnknownException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}

package page.bits.action.submission;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.OutcomeUnknownException;
import page.bits.peer.PeerUnavailableException;

/** What is answered where a peer failed: above all, whether anything was submitted. */
public final class PeerProblem {

    private PeerProblem() {}

    /**
     * @param toFindOut a sentence: what to do where the outcome is not known
     * @param retryAfter when to try again what was not submitted
     * @return 503 or 504 where the database is away; else the failure itself, without the wrapping of a future
     */
    public static RuntimeException of(Throwable failure, String toFindOut, Duration retryAfter) {
        Throwable cause = cause(failure);
        if (cause instanceof PeerUnavailableException) {
            return notSubmitted("The database can't be reached (" + cause.getMessage() + ").", retryAfter);
        }
        if (cause instanceof OutcomeUnknownException) {
            return ProblemException.of(
                    ProblemType.OUTCOME_UNKNOWN,
                    "It was submitted, and nobody can tell whether it happened (" + cause.getMessage() + "). "
                            + toFindOut);
        }
        if (isStorageFailure(cause)) {
            return notSubmitted("The database can't be read.", retryAfter);
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    /** 503 for what may be sent again as it is. */
    public static ProblemException notSubmitted(String why, Duration retryAfter) {
        return ProblemException.retryLater(
                ProblemType.UNAVAILABLE, why + " Nothing was submitted: try again.", retryAfter);
    }

    /** A failure as it was before stages of futures wrapped it. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What Datomic throws, declared or not, where it has to read from the storage and that is away. */
    private static boolean isStorageFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }
}

package page.bits.streaming;

import java.time.Duration;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/** What a reader is told who asks for more than this node has so far: a 503 that passes by itself. */
public final class NotYet {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private NotYet() {}

    public static ProblemException because(String detail) {
        return ProblemException.retryLater(ProblemType.UNAVAILABLE, detail, RETRY_AFTER);
    }
}

package page.bits.streaming;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.PeerUnavailableException;

/** Answers a request for a stream that can't be opened with a problem document. */
final class StreamRefusal {

    private static final Logger LOG = Logger.getLogger(StreamRefusal.class);

    private StreamRefusal() {}

    /** On the request's event loop; nothing where the reader has left. What is nobody's fault but ours is logged. */
    static void answer(HttpServerResponse response, Throwable failure) {
        if (response.closed() || response.ended()) {
            return;
        }
        ProblemException problem = problem(failure instanceof CompletionException ? failure.getCause() : failure);
        problem.headers().forEach(response::putHeader);
        response.setStatusCode(problem.problem().status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Json.encodeToBuffer(problem.problem()));
    }

    private static ProblemException problem(Throwable cause) {
        if (cause instanceof ProblemException known) {
            return known;
        }
        if (cause instanceof PeerUnavailableException) {
            return NotYet.because(cause.getMessage());
        }
        LOG.error("A stream could not be opened", cause);
        return ProblemException.of(ProblemType.INTERNAL, "The stream could not be opened; it was logged.");
    }
}

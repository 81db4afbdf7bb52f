package page.bits.streaming;

import io.vertx.core.http.HttpServerRequest;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/** The query of a request for a stream, which nobody has looked at before. */
final class Parameters {

    private Parameters() {}

    /** @throws ProblemException 400 if it can't be read, for a percent sign that encodes nothing */
    static void requireReadable(HttpServerRequest request) {
        try {
            request.params();
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(ProblemType.BAD_REQUEST, "The query can't be decoded: " + e.getMessage());
        }
    }
}

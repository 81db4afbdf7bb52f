package page.bits.streaming;

import io.vertx.core.http.HttpServerRequest;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/** The query of a request for a stream, which nobody has looked at before. */
public final class Parameters {

    private Parameters() {}

    /**
     * The request, if its parameters can be read.
     *
     * @throws ProblemException 400 if not, for a percent sign that encodes nothing
     */
    public static HttpServerRequest readable(HttpServerRequest request) {
        try {
            request.params();
            return request;
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(ProblemType.BAD_REQUEST, "The query can't be decoded: " + e.getMessage());
        }
    }
}

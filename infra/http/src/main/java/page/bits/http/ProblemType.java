package page.bits.http;

import java.net.URI;

/** The kinds of problem that Bits answers with. Each is explained in {@code docs/problems/}. */
public enum ProblemType {
    NOT_JSON(400, "not-json", "The body is not JSON"),
    BAD_REQUEST(400, "bad-request", "Not a request that can be understood"),
    UNAUTHORIZED(401, "unauthorized", "No valid token"),
    FORBIDDEN(403, "forbidden", "Not yours"),
    NOT_FOUND(404, "not-found", "Not found"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "Not with this method"),
    NOT_ACCEPTABLE(406, "not-acceptable", "Not in this format"),
    REQUEST_TIMEOUT(408, "request-timeout", "The request took too long"),
    CONFLICT(409, "conflict", "In conflict with what is there"),
    EPOCH_GONE(410, "epoch-gone", "Of another history"),
    TOO_LARGE(413, "too-large", "Too large"),
    URI_TOO_LONG(414, "uri-too-long", "The address is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "Wrong content type"),
    INVALID(422, "invalid", "Invalid"),
    TOO_MANY_REQUESTS(429, "too-many-requests", "Too many requests"),
    HEADER_TOO_LARGE(431, "header-too-large", "The header is too large"),
    INTERNAL(500, "internal", "Something went wrong on our side"),
    UNAVAILABLE(503, "unavailable", "Not available now"),
    OUTCOME_UNKNOWN(504, "outcome-unknown", "The outcome is not known"),
    HTTP_VERSION(505, "http-version", "Not with this version of HTTP");

    private static final String BASE = "https://bits.page/problems/";

    private final int status;
    private final URI uri;
    private final String title;

    ProblemType(int status, String name, String title) {
        this.status = status;
        this.uri = URI.create(BASE + name);
        this.title = title;
    }

    public int status() {
        return status;
    }

    public URI uri() {
        return uri;
    }

    public String title() {
        return title;
    }
}

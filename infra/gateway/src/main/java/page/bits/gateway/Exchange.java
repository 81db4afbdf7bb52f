package page.bits.gateway;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** A request and its answer, under an id that logs on both sides of the gateway know it by. On the request's event loop. */
final class Exchange {

    static final String REQUEST_ID = "X-Request-Id";

    private static final Pattern USABLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final HttpServerRequest request;
    private final String id;
    private final List<Runnable> atEnd = new ArrayList<>(2);
    private boolean ended;

    private Exchange(HttpServerRequest request, String id) {
        this.request = request;
        this.id = id;
        request.response().endHandler(sent -> end()).closeHandler(closed -> end());
    }

    /** For an answer that is cut off: Vert.x calls no handler of one that it was told to reset. */
    void end() {
        if (!ended) {
            ended = true;
            atEnd.forEach(Runnable::run);
        }
    }

    /** Takes over the id that the client gave, if it gave one that can be in a log. */
    static Exchange begin(HttpServerRequest request) {
        return new Exchange(
                request,
                Optional.ofNullable(request.getHeader(REQUEST_ID))
                        .filter(given -> USABLE_ID.matcher(given).matches())
                        .orElseGet(() -> UUID.randomUUID().toString()));
    }

    HttpServerRequest request() {
        return request;
    }

    String id() {
        return id;
    }

    boolean isOver() {
        return ended || request.response().closed();
    }

    /** Runs the task when the answer has been sent or its connection has closed, whichever is first; not if it is over. */
    void atEnd(Runnable task) {
        atEnd.add(task);
    }
}

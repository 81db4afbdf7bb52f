package page.bits.action.body;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.ServerLimitsConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * Reads the bodies of this service's requests on their event loop. As the parameter of a resource, a body would have a worker
 * thread wait for it, up to Quarkus' read time-out between any two bytes. Here it costs no thread, at most {@link
 * BodyConfig#maxSize()} of memory where no other limit is given (and all together {@link BodyConfig#maxHeld()}) and at most
 * {@link BodyConfig#timeout()} of time, also when it comes in chunks of unknown number.
 *
 * <p>A resource asks for it from a {@code @NonBlocking} method, while Quarkus REST has the request paused. To read it before
 * that, in a route, fails with HTTP/2: there a request that has ended can't be paused.
 *
 * <p>What remains of a body that is too large is read and dropped until that time is over, since a connection closed at once
 * would often take the reply with it.
 */
@Singleton
public class BodyReader {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final List<String> PATHS = List.of("/actions/*", "/auth/*");

    private final long limit;
    private final long timeoutMillis;
    private final long quarkusLimit;
    private final long maxHeld;

    /** Of all bodies, from their arrival to the answer; changed on many event loops. */
    private final AtomicLong held = new AtomicLong();

    BodyReader(BodyConfig config, VertxHttpConfig http) {
        this.maxHeld = config.maxHeld().asLongValue();
        this.limit = config.maxSize().asLongValue();
        this.timeoutMillis = config.timeout().toMillis();
        this.quarkusLimit = quarkusLimit(http.limits());
    }

    private static long quarkusLimit(ServerLimitsConfig limits) {
        return limits.maxBodySize().map(size -> size.asLongValue()).orElse(Long.MAX_VALUE);
    }

    void route(@Observes Router router) {
        // Before Quarkus looks at Content-Length by itself, and answers what is beyond its own limit with an empty 413.
        PATHS.forEach(path -> router.route(path)
                .order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1)
                .handler(this::refuseHuge));
    }

    private void refuseHuge(RoutingContext context) {
        if (announced(context.request()) > quarkusLimit) {
            new Reading(context, limit).refuse();
        } else {
            context.next();
        }
    }

    /** Reads the body of a request, once. On its event loop; completed there, and never with a failure. */
    public CompletionStage<Body> read(RoutingContext context) {
        return read(context, limit);
    }

    /**
     * The same with another limit than {@link BodyConfig#maxSize()}.
     *
     * @param limit in bytes; beyond that of Quarkus it has no effect
     */
    public CompletionStage<Body> read(RoutingContext context, long limit) {
        Reading reading = new Reading(context, limit);
        reading.begin();
        return reading.body;
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        // Netty has refused what is not a number; a number with too many digits is a large one.
        return length == null ? 0 : length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length);
    }

    private static ProblemException tooLarge(long limit) {
        return ProblemException.of(
                ProblemType.TOO_LARGE, "The body is larger than the " + limit + " bytes that are taken.");
    }

    private ProblemException tooSlow() {
        return ProblemException.of(
                ProblemType.REQUEST_TIMEOUT, "The body did not arrive within " + timeoutMillis + " ms.");
    }

    private static ProblemException tooMuch() {
        return ProblemException.retryLater(
                ProblemType.UNAVAILABLE,
                "This node has too many large bodies at once. Nothing was submitted: try again.",
                RETRY_AFTER);
    }

    /** One body on its way. Confined to the request's event loop. */
    private final class Reading {

        private final RoutingContext context;
        private final HttpServerRequest request;
        private final long limit;
        private final Buffer received = Buffer.buffer();
        private final CompletableFuture<Body> body = new CompletableFuture<>();
        private boolean decided;
        private boolean complete;
        private boolean answered;
        private long timer;
        private long mine;

        Reading(RoutingContext context, long limit) {
            this.context = context;
            this.limit = limit;
            this.request = context.request();
        }

        void begin() {
            listen();
            if (announced(request) > limit) {
                giveUp(tooLarge(limit));
            } else if (request.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)) {
                context.response().writeContinue();
            }
            request.resume();
        }

        /** Answers by itself, for no resource is asked. */
        void refuse() {
            listen();
            ProblemException problem = tooLarge(limit);
            giveUp(problem);
            request.resume();
            context.response()
                    .setStatusCode(problem.problem().status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(Json.encodeToBuffer(problem.problem()));
        }

        private void listen() {
            timer = context.vertx().setTimer(timeoutMillis, fired -> late());
            context.addEndHandler(ended -> {
                held.addAndGet(-mine);
                mine = 0;
                decided = true;
            });
            request.exceptionHandler(gone -> context.vertx().cancelTimer(timer));
            request.handler(this::more);
            request.endHandler(nothing -> end());
        }

        private void more(Buffer bytes) {
            if (decided) {
                return;
            }
            if (received.length() + bytes.length() > limit) {
                giveUp(tooLarge(limit));
            } else if (held.addAndGet(bytes.length()) > maxHeld) {
                held.addAndGet(-bytes.length());
                giveUp(tooMuch());
            } else {
                mine += bytes.length();
                received.appendBuffer(bytes);
            }
        }

        private void end() {
            complete = true;
            context.vertx().cancelTimer(timer);
            if (!decided) {
                decided = true;
                body.complete(Body.whole(received.getBytes()));
            } else if (answered) {
                close();
            }
        }

        private void late() {
            if (!decided) {
                giveUp(tooSlow());
            } else {
                close();
            }
        }

        private void giveUp(ProblemException problem) {
            decided = true;
            if (request.version() != HttpVersion.HTTP_2) {
                context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            context.addEndHandler(ended -> {
                answered = true;
                if (complete || problem.problem().status() == ProblemType.REQUEST_TIMEOUT.status()) {
                    close();
                } else {
                    request.resume();
                }
            });
            body.complete(Body.failed(problem));
        }

        private void close() {
            if (request.version() == HttpVersion.HTTP_2) {
                context.response().reset();
            } else {
                request.connection().close();
            }
        }
    }
}

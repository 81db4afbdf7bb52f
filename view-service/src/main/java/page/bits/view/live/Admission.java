package page.bits.view.live;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import page.bits.http.ClientAddress;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.identity.Authentication;
import page.bits.sse.SseConfig;
import page.bits.sse.StreamLimits;

/**
 * Lets in whoever asks for a stream, or tells them that there are too many. Whose address it is, trusted proxies tell; requests
 * from this machine itself are not counted by address. A token that does not hold is nobody's, so it counts for no actor.
 */
@Singleton
class Admission {

    private final StreamLimits limits;
    private final Authentication authentication;
    private final Duration retryAfter;

    Admission(SseConfig config, Authentication authentication, MeterRegistry metrics) {
        this.limits = new StreamLimits(config);
        this.authentication = authentication;
        this.retryAfter = config.retry();
        limits.bindTo(metrics);
    }

    /**
     * Counts one more stream, until the permit is closed. Verifies a token, which may wait for keys: never to be called on an
     * event loop, nor on threads that others wait for.
     *
     * @throws ProblemException 503 where the node has as many as it may, 429 where the address or the actor has
     */
    StreamLimits.Permit admit(RoutingContext request) {
        StreamLimits.Admission admission = limits.admit(
                ClientAddress.of(request.request()),
                authentication.reader(request).map(Actor::id));
        if (admission instanceof StreamLimits.Permit permit) {
            return permit;
        }
        throw refusal((StreamLimits.Refused) admission);
    }

    private ProblemException refusal(StreamLimits.Refused refused) {
        String open = refused.most() + " streams open here, as many as ";
        return switch (refused.limit()) {
            case NODE -> retryLater(ProblemType.UNAVAILABLE, "There are " + open + "one node may have.");
            case ADDRESS ->
                retryLater(ProblemType.TOO_MANY_REQUESTS, "Your address has " + open + "it may have: close one first.");
            case ACTOR ->
                retryLater(ProblemType.TOO_MANY_REQUESTS, "You have " + open + "one actor may have: close one first.");
        };
    }

    private ProblemException retryLater(ProblemType type, String detail) {
        return ProblemException.retryLater(type, detail, retryAfter);
    }
}

package page.bits.streaming;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import page.bits.http.ClientAddress;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Authentication;
import page.bits.identity.Session;
import page.bits.sse.SseConfig;
import page.bits.sse.StreamLimits;

/**
 * Lets in whoever asks for a stream, of whichever service of this process, or tells them that there are too many. Whose address
 * it is, trusted proxies tell; requests from this machine itself are not counted by address. A token that does not hold is
 * nobody's, so it counts for no actor.
 */
@Singleton
public class Admission {

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
     * Someone who may open a stream, which counts until the permit is closed.
     *
     * @param session whose it is; none if nobody is signed in
     */
    public record Admitted(StreamLimits.Permit permit, Optional<Session> session) {}

    /**
     * Counts one more stream. Verifies a token, which may wait for keys: never to be called on an event loop, nor on threads
     * that others wait for.
     *
     * @throws ProblemException 503 where the node has as many as it may, 429 where the address or the actor has
     */
    public Admitted admit(RoutingContext request) {
        Optional<Session> session = authentication.readersSession(request);
        StreamLimits.Admission admission = limits.admit(
                ClientAddress.of(request.request()),
                session.map(of -> of.actor().id()));
        if (admission instanceof StreamLimits.Permit permit) {
            return new Admitted(permit, session);
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

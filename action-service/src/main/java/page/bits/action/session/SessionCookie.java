package page.bits.action.session;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.time.Instant;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Authentication;
import page.bits.identity.Session;

/** The cookie that a browser keeps its token in. */
public final class SessionCookie {

    /**
     * Browsers keep no cookie of more than 4,096 bytes with its name, and some count its attributes; they drop a larger one
     * without a word.
     */
    static final int MAX_TOKEN = 3_900;

    private SessionCookie() {}

    /**
     * Makes this the session of a browser, until its token ends.
     *
     * @throws ProblemException 431 where no browser would keep it
     */
    public static NewCookie of(Session session, RoutingContext request) {
        int length = session.token().length();
        if (length > MAX_TOKEN) {
            throw ProblemException.of(
                    ProblemType.HEADER_TOO_LARGE,
                    "The token has " + length + " characters, and a browser keeps none of more than " + MAX_TOKEN
                            + " in a cookie. Have its issuer put fewer claims in, or send it in Authorization.");
        }
        return cookie(
                session.token(),
                Duration.between(Instant.now(), session.expires()).toSeconds(),
                request);
    }

    /** Ends a browser's session. */
    static NewCookie none(RoutingContext request) {
        return cookie("", 0, request);
    }

    private static NewCookie cookie(String token, long maxAge, RoutingContext request) {
        return new NewCookie.Builder(Authentication.COOKIE)
                .version(0) // which the framework writes too; RFC 6265 has browsers ignore it
                .value(token)
                .path("/")
                .maxAge((int) Math.max(0, Math.min(Integer.MAX_VALUE, maxAge)))
                .httpOnly(true)
                .secure("https".equals(request.request().scheme()))
                .sameSite(NewCookie.SameSite.LAX)
                .build();
    }
}

package page.bits.action.identity;

import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * Who sent a request. A token comes in {@code Authorization}, or else in the cookie {@value #COOKIE}: where there is an
 * {@code Authorization}, the cookie is not looked at.
 *
 * <p>Whatever returns a session verifies a token, which may block until the keys of its issuer are there: never to be called on
 * an event loop. The rest doesn't.
 */
@Singleton
public class Authentication {

    public static final String COOKIE = "bits_session";

    private static final String SCHEME = "Bearer ";

    /**
     * Browsers keep no cookie of more than 4,096 bytes with its name, and some count its attributes; they drop a larger one
     * without a word.
     */
    static final int MAX_COOKIE_TOKEN = 3_900;

    private final Sessions sessions;

    Authentication(Sessions sessions) {
        this.sessions = sessions;
    }

    /** @throws ProblemException 401 where there is no valid token, 503 where that cannot be told at present */
    public Session require(RoutingContext request) {
        String token = bearer(request)
                .or(() -> cookie(request))
                .orElseThrow(() ->
                        unauthorized("This needs a token: as a bearer, or in the cookie " + COOKIE + ".", "Bearer"));
        return valid(token);
    }

    /**
     * The session that a request is part of; none where it has no valid token, wherever.
     *
     * @throws ProblemException 503 where that cannot be told at present: whoever is signed in is not to be told that they
     *     aren't
     */
    Optional<Session> presentSession(RoutingContext request) {
        try {
            return session(request);
        } catch (ProblemException e) {
            if (e.problem().status() == ProblemType.UNAUTHORIZED.status()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * @throws ProblemException 401 where there is no valid token in {@code Authorization}, or one that is over but for what its
     *     issuer's clock may differ; 503 where that cannot be told at present
     */
    Session requireBearer(RoutingContext request) {
        Session session =
                valid(bearer(request).orElseThrow(() -> unauthorized("This needs a bearer token.", "Bearer")));
        if (!session.expires().isAfter(Instant.now())) {
            throw invalid("it has expired");
        }
        return session;
    }

    /**
     * The session that a request is part of; none where the cookie is missing or not valid any more.
     *
     * @throws ProblemException 401 where {@code Authorization} has no valid token, 503 where that cannot be told at present
     */
    Optional<Session> session(RoutingContext request) {
        Optional<String> bearer = bearer(request);
        if (bearer.isPresent()) {
            return bearer.map(this::valid);
        }
        return cookie(request).flatMap(token -> {
            try {
                return Optional.of(sessions.of(token));
            } catch (InvalidTokenException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * Holds the requests that bear the cookie to the rule that they come from a page of ours. A request without it can't be
     * forged by another site: it has no token, or one that a browser does not send by itself.
     *
     * @throws ProblemException 403
     */
    public void requireSameOriginForCookie(RoutingContext request) {
        if (cookie(request).isPresent()) {
            requireSameOrigin(request, false);
        }
    }

    /**
     * Holds a request that begins or ends a session to the same rule, with the cookie or without it, but for one that has a
     * bearer token and no cookie.
     *
     * @param programs whether a program, which sends neither header, may do without them where it has no cookie
     * @throws ProblemException 403
     */
    public void requireSameOriginForSession(RoutingContext request, boolean programs) {
        boolean hasCookie = cookie(request).isPresent();
        if (hasCookie || bearer(request).isEmpty()) {
            requireSameOrigin(request, programs && !hasCookie);
        }
    }

    private static void requireSameOrigin(RoutingContext request, boolean programs) {
        SameOrigin sameOrigin = SameOrigin.of(request.request());
        if (sameOrigin == SameOrigin.NO || sameOrigin == SameOrigin.UNTOLD && !programs) {
            throw ProblemException.of(
                    ProblemType.FORBIDDEN,
                    sameOrigin == SameOrigin.NO
                            ? "This was sent from a page of another origin."
                            : "A request with the cookie " + COOKIE
                                    + " tells by Sec-Fetch-Site or Origin that it comes from a page of this origin;"
                                    + " a program sends the token in Authorization instead.");
        }
    }

    /**
     * The cookie that makes this the session of a browser, until its token ends.
     *
     * @throws ProblemException 431 where no browser would keep it
     */
    public static NewCookie cookie(Session session, RoutingContext request) {
        int length = session.token().length();
        if (length > MAX_COOKIE_TOKEN) {
            throw ProblemException.of(
                    ProblemType.HEADER_TOO_LARGE,
                    "The token has " + length + " characters, and a browser keeps none of more than " + MAX_COOKIE_TOKEN
                            + " in a cookie. Have its issuer put fewer claims in, or send it in Authorization.");
        }
        return cookie(
                session.token(),
                Duration.between(Instant.now(), session.expires()).toSeconds(),
                request);
    }

    /** The cookie that ends a browser's session. */
    static NewCookie noCookie(RoutingContext request) {
        return cookie("", 0, request);
    }

    private static NewCookie cookie(String token, long maxAge, RoutingContext request) {
        return new NewCookie.Builder(COOKIE)
                .version(0) // which the framework writes too; RFC 6265 has browsers ignore it
                .value(token)
                .path("/")
                .maxAge((int) Math.max(0, Math.min(Integer.MAX_VALUE, maxAge)))
                .httpOnly(true)
                .secure("https".equals(request.request().scheme()))
                .sameSite(NewCookie.SameSite.LAX)
                .build();
    }

    private static Optional<String> bearer(RoutingContext request) {
        List<String> sent = request.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        if (sent.size() > 1 || !sent.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("Authorization must be one Bearer token.", "Bearer error=\"invalid_request\"");
        }
        return Optional.of(sent.get(0).substring(SCHEME.length()).strip());
    }

    private static Optional<String> cookie(RoutingContext request) {
        return Optional.ofNullable(request.request().getCookie(COOKIE)).map(Cookie::getValue);
    }

    private Session valid(String token) {
        try {
            return sessions.of(token);
        } catch (InvalidTokenException e) {
            throw invalid(e.getMessage());
        }
    }

    private static ProblemException invalid(String why) {
        return unauthorized("The token is not valid: " + why, "Bearer error=\"invalid_token\"");
    }

    private static ProblemException unauthorized(String detail, String challenge) {
        return ProblemException.of(ProblemType.UNAUTHORIZED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
    }
}

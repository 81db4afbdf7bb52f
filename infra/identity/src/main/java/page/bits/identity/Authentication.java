package page.bits.identity;

import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
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
    public Optional<Session> presentSession(RoutingContext request) {
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
     * Who reads what everyone may read: the actor of the request's token, and nobody where it has none, one that is not valid
     * (any more), or one that cannot be verified at present. No token keeps anyone from a public view.
     */
    public Optional<Actor> reader(RoutingContext request) {
        return readersSession(request).map(Session::actor);
    }

    /** The session of that {@linkplain #reader reader}. */
    public Optional<Session> readersSession(RoutingContext request) {
        try {
            return session(request);
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }

    /**
     * @throws ProblemException 401 where there is no valid token in {@code Authorization}, or one that is over but for what its
     *     issuer's clock may differ; 503 where that cannot be told at present
     */
    public Session requireBearer(RoutingContext request) {
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
    public Optional<Session> session(RoutingContext request) {
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

    /** @throws ProblemException 401 where there is an {@code Authorization} of another kind */
    static Optional<String> bearer(RoutingContext request) {
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

    static ProblemException unauthorized(String detail, String challenge) {
        return ProblemException.of(ProblemType.UNAUTHORIZED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
    }
}

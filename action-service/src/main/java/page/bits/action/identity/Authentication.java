package page.bits.action.identity;

import io.quarkus.arc.All;
import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * Who sent a request. A token comes in {@code Authorization}, or else in the cookie {@value #COOKIE}: where there is an
 * {@code Authorization}, the cookie is not looked at. Which verifier a token goes to is told by its issuer.
 */
@Singleton
public class Authentication {

    public static final String COOKIE = "bits_session";

    private static final String SCHEME = "Bearer ";

    /** Reads the issuer of a token that nobody has verified yet, for nothing but the choice of who verifies it. */
    private static final JwtConsumer UNVERIFIED = new JwtConsumerBuilder()
            .setSkipAllValidators()
            .setDisableRequireSignature()
            .setSkipSignatureVerification()
            .build();

    private final Map<String, TokenVerifier> verifiers;

    Authentication(@All List<TokenVerifier> verifiers) {
        this.verifiers = verifiers.stream().collect(Collectors.toMap(TokenVerifier::issuer, Function.identity()));
    }

    /** @throws ProblemException 401 where there is no valid token */
    public Session require(RoutingContext request) {
        String token = bearer(request)
                .or(() -> cookie(request))
                .orElseThrow(() ->
                        unauthorized("This needs a token: as a bearer, or in the cookie " + COOKIE + ".", "Bearer"));
        return valid(token);
    }

    /** The session that a request is part of; none where it has no valid token, wherever. */
    Optional<Session> presentSession(RoutingContext request) {
        try {
            return session(request);
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }

    /** @throws ProblemException 401 where there is no valid token in {@code Authorization} */
    Session requireBearer(RoutingContext request) {
        return valid(bearer(request).orElseThrow(() -> unauthorized("This needs a bearer token.", "Bearer")));
    }

    /**
     * The session that a request is part of; none where the cookie is missing or not valid any more.
     *
     * @throws ProblemException 401 where {@code Authorization} has no valid token
     */
    Optional<Session> session(RoutingContext request) {
        Optional<String> bearer = bearer(request);
        if (bearer.isPresent()) {
            return bearer.map(this::valid);
        }
        return cookie(request).flatMap(token -> {
            try {
                return Optional.of(verify(token));
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

    /** The cookie that makes this the session of a browser, until its token ends. */
    public static NewCookie cookie(Session session, RoutingContext request) {
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
            return verify(token);
        } catch (InvalidTokenException e) {
            throw unauthorized("The token is not valid: " + e.getMessage(), "Bearer error=\"invalid_token\"");
        }
    }

    private Session verify(String token) throws InvalidTokenException {
        String issuer;
        try {
            issuer = UNVERIFIED.processToClaims(token).getIssuer();
        } catch (InvalidJwtException | MalformedClaimException e) {
            throw new InvalidTokenException("it is not a signed JWT with an issuer");
        }
        TokenVerifier verifier = issuer == null ? null : verifiers.get(issuer);
        if (verifier == null) {
            throw new InvalidTokenException("its issuer is not one of ours");
        }
        return verifier.verify(token);
    }

    private static ProblemException unauthorized(String detail, String challenge) {
        return ProblemException.of(ProblemType.UNAUTHORIZED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
    }
}

package page.bits.identity;

import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.lang.JoseException;
import page.bits.http.Text;

/**
 * A signed JWT that was taken apart, once, and that nobody has verified yet: its header and its issuer are good for nothing but
 * the choice of who verifies it, and with which key. Not for use by several threads.
 */
final class SignedToken {

    private static final String NO_JWT = "it is not a signed JWT with an issuer";

    /** What a {@code typ} may be, so that no other kind of signed statement of an issuer passes as a token of access. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

    /** Headers that the library takes for texts without a look. */
    private static final List<String> TEXT_HEADERS = List.of("alg", "kid", "typ", "cty", "x5t", "x5t#S256");

    /** What OpenID Connect allows (Core 1.0, section 2), and what is stored of an actor. */
    private static final int MAX_SUBJECT = 255;

    /** Beyond it, a date is as good as never, and nothing that counts time overflows. */
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final String token;
    private final JsonWebSignature signature;
    private final JwtClaims claims;
    private final String issuer;

    private SignedToken(String token, JsonWebSignature signature, JwtClaims claims, String issuer) {
        this.token = token;
        this.signature = signature;
        this.claims = claims;
        this.issuer = issuer;
    }

    /**
     * Takes a token apart.
     *
     * @param token of a length that was checked
     * @throws InvalidTokenException also for what is encrypted, or a token within a token
     */
    static SignedToken parse(String token) throws InvalidTokenException {
        // The library skips what is not of the alphabet, and would take one token in many spellings.
        if (!token.chars().allMatch(SignedToken::isCompact)) {
            throw new InvalidTokenException(NO_JWT);
        }
        JsonWebSignature signature = new JsonWebSignature();
        try {
            signature.setCompactSerialization(token);
            requireKnownHeaders(signature);
            JwtClaims claims = JwtClaims.parse(signature.getUnverifiedPayload());
            return new SignedToken(token, signature, claims, claims.getIssuer());
        } catch (JoseException | InvalidJwtException | MalformedClaimException e) {
            throw new InvalidTokenException(NO_JWT);
        }
    }

    private static boolean isCompact(int c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.';
    }

    private static void requireKnownHeaders(JsonWebSignature signature) throws InvalidTokenException {
        for (String header : TEXT_HEADERS) {
            Object value = signature.getHeaders().getObjectHeaderValue(header);
            if (value != null && !(value instanceof String)) {
                throw new InvalidTokenException("its header " + header + " is no text");
            }
        }
        // Whatever it names changes how a token is to be read, and there is nothing of the kind that we know.
        if (signature.getHeaders().getObjectHeaderValue("crit") != null) {
            throw new InvalidTokenException("it has a crit header");
        }
        String type = signature.getHeader("typ");
        if (type != null && !TYPES.contains(type.toLowerCase(Locale.ROOT).replaceFirst("^application/", ""))) {
            throw new InvalidTokenException("its typ is neither JWT nor at+jwt");
        }
    }

    /** Who it says has made it; null where it doesn't. */
    String issuer() {
        return issuer;
    }

    /** For the choice of a key by its header. */
    JsonWebSignature signature() {
        return signature;
    }

    /**
     * Its claims, once the signature was verified with this key and the claims by these rules. A subject of 1 to
     * {@value #MAX_SUBJECT} characters and an {@code exp} are required in any case.
     *
     * @param skew seconds by which the issuer's clock may differ
     */
    JwtClaims verified(Key key, JwtConsumerBuilder rules, int skew, Clock clock) throws InvalidTokenException {
        try {
            rules.setVerificationKey(key)
                    .setRequireExpirationTime()
                    .setRequireSubject()
                    .setAllowedClockSkewInSeconds(skew)
                    .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                    .build()
                    .processContext(new JwtContext(token, claims, List.of(signature)));
            requireSubject();
            return claims;
        } catch (InvalidJwtException e) {
            throw new InvalidTokenException(reason(e));
        } catch (MalformedClaimException e) {
            throw new InvalidTokenException("one of its claims has the wrong type");
        }
    }

    private void requireSubject() throws MalformedClaimException, InvalidTokenException {
        String subject = claims.getSubject();
        if (subject.isBlank()) {
            throw new InvalidTokenException("its sub is blank");
        }
        if (subject.length() > MAX_SUBJECT) {
            throw new InvalidTokenException("its sub has more than " + MAX_SUBJECT + " characters");
        }
        try {
            // Its encoding would be a question mark, and so would that of another one.
            Text.requirePairedSurrogates(subject);
        } catch (IllegalArgumentException e) {
            throw new InvalidTokenException("its sub " + e.getMessage());
        }
    }

    /** When claims that were verified end to hold, as an instant that one can count with. */
    static Instant expires(JwtClaims verified) throws InvalidTokenException {
        try {
            return Instant.ofEpochSecond(
                    Math.min(LAST_SECOND, verified.getExpirationTime().getValue()));
        } catch (MalformedClaimException e) {
            throw new InvalidTokenException("its exp has the wrong type");
        }
    }

    /** In our words: the library's repeat the token. */
    private static String reason(InvalidJwtException e) {
        if (e.hasErrorCode(ErrorCodes.SIGNATURE_INVALID) || e.hasErrorCode(ErrorCodes.SIGNATURE_MISSING)) {
            return "its signature does not hold";
        }
        if (e.hasExpired()) {
            return "it has expired";
        }
        if (e.hasErrorCode(ErrorCodes.NOT_YET_VALID)) {
            return "it is not valid yet";
        }
        if (e.hasErrorCode(ErrorCodes.AUDIENCE_MISSING) || e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)) {
            return "it is for another audience";
        }
        if (e.hasErrorCode(ErrorCodes.EXPIRATION_MISSING) || e.hasErrorCode(ErrorCodes.SUBJECT_MISSING)) {
            return "it lacks an exp or a sub";
        }
        if (e.hasErrorCode(ErrorCodes.MALFORMED_CLAIM)) {
            return "one of its claims has the wrong type";
        }
        return "its key, its algorithm or its times do not fit";
    }
}

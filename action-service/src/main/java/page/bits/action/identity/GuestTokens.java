package page.bits.action.identity;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.jboss.logging.Logger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/** Issues and verifies the tokens of guests: JWTs signed with HS256 by a key that all action nodes share. */
@Singleton
public final class GuestTokens implements TokenVerifier {

    private static final Logger LOG = Logger.getLogger(GuestTokens.class);
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AuthConfig config;
    private final Clock clock;
    private final HmacKey key;

    @Inject
    GuestTokens(AuthConfig config) {
        this(config, Clock.systemUTC());
    }

    GuestTokens(AuthConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.key = new HmacKey(config.guestKey().map(GuestTokens::decoded).orElseGet(() -> random(KEY_BYTES)));
    }

    /** At start and not with the first token, so that a key that is no key ends the process at once. */
    void onStart(@Observes StartupEvent event) {
        if (config.guests() && config.guestKey().isEmpty()) {
            LOG.info("No bits.auth.guest-key is set: guest tokens are signed with a key that ends with this process");
        }
    }

    /** A token for a guest that nobody has been before. */
    public Session issue(ActorName name) {
        return issue(Base64.getUrlEncoder().withoutPadding().encodeToString(random(16)), name);
    }

    /** A token for this subject: whoever holds it acts as that guest. */
    public Session issue(String subject, ActorName name) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expires = now.plus(config.guestLifetime());
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(config.guestIssuer());
        claims.setAudience(config.guestAudience());
        claims.setSubject(subject);
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(expires.getEpochSecond()));
        claims.setStringClaim("name", name.value());
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setHeader("typ", "JWT");
        signature.setKey(key);
        signature.setPayload(claims.toJson());
        try {
            return new Session(actor(subject, name), signature.getCompactSerialization(), expires);
        } catch (JoseException e) {
            throw new IllegalStateException("a guest token could not be signed", e);
        }
    }

    /** The guest with this subject. */
    public Actor actor(String subject, ActorName name) {
        return new Actor(config.guestIssuer(), subject, name);
    }

    @Override
    public String issuer() {
        return config.guestIssuer();
    }

    /** Without allowance for other clocks: all that issue and verify guest tokens are nodes of ours. */
    @Override
    public VerifiedToken verify(SignedToken token) throws InvalidTokenException {
        JwtConsumerBuilder rules = new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                .setExpectedIssuer(true, config.guestIssuer())
                .setExpectedAudience(true, config.guestAudience());
        JwtClaims claims = token.verified(key, rules, 0, clock);
        try {
            return new VerifiedToken(actor(claims.getSubject(), name(claims)), SignedToken.expires(claims), key);
        } catch (MalformedClaimException e) {
            throw new InvalidTokenException("one of its claims has the wrong type");
        }
    }

    @Override
    public boolean holds(VerifiedToken token) {
        return clock.instant().isBefore(token.expires());
    }

    private static ActorName name(JwtClaims claims) throws MalformedClaimException, InvalidTokenException {
        String name = claims.getStringClaimValue("name");
        try {
            return name == null ? ActorName.GUEST : new ActorName(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidTokenException("its name " + e.getMessage());
        }
    }

    private static byte[] decoded(String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("bits.auth.guest-key is not Base64: " + e.getMessage());
        }
        if (key.length < KEY_BYTES) {
            throw new ConfigurationException(
                    "bits.auth.guest-key has " + key.length + " bytes; it needs " + KEY_BYTES + " or more");
        }
        return key;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}

package page.bits.action.session;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.jboss.logging.Logger;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import page.bits.identity.Actor;
import page.bits.identity.ActorName;
import page.bits.identity.AuthConfig;
import page.bits.identity.GuestKey;
import page.bits.identity.Session;

/** Issues the tokens of guests: JWTs signed with HS256 by a key that all nodes share. */
@Singleton
public class Guests {

    private static final Logger LOG = Logger.getLogger(Guests.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AuthConfig config;
    private final GuestKey key;
    private final Clock clock;

    @Inject
    Guests(AuthConfig config, GuestKey key) {
        this(config, key, Clock.systemUTC());
    }

    Guests(AuthConfig config, GuestKey key, Clock clock) {
        this.config = config;
        this.key = key;
        this.clock = clock;
    }

    void onStart(@Observes StartupEvent event) {
        if (config.guests() && config.guestKey().isEmpty()) {
            LOG.info("No bits.auth.guest-key is set: guest tokens are signed with a key that ends with this process");
        }
    }

    /** A token for a guest that nobody has been before. */
    public Session issue(ActorName name) {
        byte[] subject = new byte[16];
        RANDOM.nextBytes(subject);
        return issue(Base64.getUrlEncoder().withoutPadding().encodeToString(subject), name);
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
        signature.setKey(key.value());
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
}

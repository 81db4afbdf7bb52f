package page.bits.identity;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/** Verifies the tokens of guests: JWTs signed with HS256 by the {@link GuestKey}. Who issues them is no matter of this module. */
@Singleton
final class GuestTokens implements TokenVerifier {

    private final AuthConfig config;
    private final GuestKey key;
    private final Clock clock;

    @Inject
    GuestTokens(AuthConfig config, GuestKey key) {
        this(config, key, Clock.systemUTC());
    }

    GuestTokens(AuthConfig config, GuestKey key, Clock clock) {
        this.config = config;
        this.key = key;
        this.clock = clock;
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
        JwtClaims claims = token.verified(key.value(), rules, 0, clock);
        try {
            Actor guest = new Actor(config.guestIssuer(), claims.getSubject(), name(claims));
            return new VerifiedToken(guest, SignedToken.expires(claims), key.value());
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
}

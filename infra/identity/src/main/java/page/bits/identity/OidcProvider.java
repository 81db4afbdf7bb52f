package page.bits.identity;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/** Verifies the tokens of one provider of OpenID Connect, by keys that it publishes. */
final class OidcProvider implements TokenVerifier {

    /** Only such that a public key verifies: with the others, whoever can verify could sign. */
    private static final Set<String> ASYMMETRIC =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");

    private final OidcConfig config;
    private final AlgorithmConstraints algorithms;
    private final String[] audience;
    private final int skew;
    private final ProviderKeys keys;
    private final Clock clock;

    /**
     * @param name of the provider in the configuration
     * @param waiting of all providers together
     * @throws ConfigurationException where the configuration cannot be used
     */
    OidcProvider(String name, OidcConfig config, Semaphore waiting, Clock clock) {
        String key = "bits.auth.oidc.\"" + name + "\"";
        check(key, config);
        this.config = config;
        this.algorithms = new AlgorithmConstraints(
                AlgorithmConstraints.ConstraintType.PERMIT, config.algorithms().toArray(String[]::new));
        this.audience = config.audience().toArray(String[]::new);
        this.skew = (int) config.clockSkew().toSeconds();
        this.clock = clock;
        this.keys = new ProviderKeys(config, waiting, new KeyFetch(key, config)::fetch, clock);
    }

    private static void check(String key, OidcConfig config) {
        require(!config.issuer().isBlank(), key + ".issuer is blank");
        require(
                !config.audience().isEmpty() && config.audience().stream().noneMatch(String::isBlank),
                key + ".audience names at least one audience, and none that is blank");
        require(!config.algorithms().isEmpty(), key + ".algorithms names at least one algorithm");
        for (String algorithm : config.algorithms()) {
            require(
                    ASYMMETRIC.contains(algorithm),
                    key + ".algorithms has '" + algorithm + "', which is none of "
                            + String.join(", ", ASYMMETRIC.stream().sorted().toList()));
        }
        require(
                !config.clockSkew().isNegative() && config.clockSkew().compareTo(Duration.ofHours(1)) <= 0,
                key + ".clock-skew is from 0 to an hour");
        require(isPositive(config.keysKept()), key + ".keys-kept is more than 0");
        require(
                config.keysKeptWhileAway().compareTo(config.keysKept()) >= 0,
                key + ".keys-kept-while-away is no less than keys-kept");
        require(isPositive(config.refetchInterval()), key + ".refetch-interval is more than 0");
        require(isPositive(config.connectTimeout()), key + ".connect-timeout is more than 0");
        require(isPositive(config.readTimeout()), key + ".read-timeout is more than 0");
        require(config.maxDocument() > 0, key + ".max-document is more than 0");
        require(config.waiting() > 0, key + ".waiting is more than 0");
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ConfigurationException(otherwise);
        }
    }

    /** Has the keys fetched, so that the first token needs no wait; whether that works or not. */
    void begin() {
        keys.fetch();
    }

    @Override
    public String issuer() {
        return config.issuer();
    }

    @Override
    public VerifiedToken verify(SignedToken token) throws InvalidTokenException {
        String algorithm = token.signature().getAlgorithmHeaderValue();
        // Before any key is looked for, so that such a token causes no fetch.
        if (!config.algorithms().contains(algorithm)) {
            throw new InvalidTokenException("its algorithm is none that its issuer's tokens may have");
        }
        Key key = keys.keyOf(token.signature())
                .orElseThrow(
                        () -> new InvalidTokenException("it is signed with a key that its issuer does not publish"));
        JwtConsumerBuilder rules = new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(algorithms)
                .setExpectedIssuer(true, config.issuer())
                .setExpectedAudience(true, audience);
        JwtClaims claims = token.verified(key, rules, skew, clock);
        requireNotOfTheFuture(claims);
        return new VerifiedToken(actor(claims), SignedToken.expires(claims), key);
    }

    @Override
    public boolean holds(VerifiedToken token) {
        return clock.instant().isBefore(token.expires().plusSeconds(skew)) && keys.contains(token.key());
    }

    private void requireNotOfTheFuture(JwtClaims verified) throws InvalidTokenException {
        try {
            NumericDate issued = verified.getIssuedAt();
            if (issued != null && issued.getValue() > clock.instant().getEpochSecond() + skew) {
                throw new InvalidTokenException("its iat is in the future");
            }
        } catch (MalformedClaimException e) {
            throw new InvalidTokenException("its iat has the wrong type");
        }
    }

    private Actor actor(JwtClaims verified) {
        String subject = verified.getClaimValueAsString("sub");
        return new Actor(config.issuer(), subject, name(verified, config.nameClaims()));
    }

    /** A name that can't be shown as it is is no fault of who bears it, and does not keep them out. */
    private static ActorName name(JwtClaims claims, List<String> from) {
        return from.stream()
                .map(claims::getClaimValue)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .map(ActorName::cleaned)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(ActorName.UNNAMED);
    }
}

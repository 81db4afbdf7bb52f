package page.bits.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/**
 * Makes sessions of tokens. Which verifier a token goes to is told by its issuer. A token that was verified is remembered, by a
 * digest and not by itself, so that the next request with it costs no signature; it holds for exactly as long as it would
 * without that: until it expires, or its issuer takes its key back.
 */
@Singleton
class Sessions {

    private record Remembered(TokenVerifier verifier, VerifiedToken token) {}

    private final Map<String, TokenVerifier> verifiers = new LinkedHashMap<>();
    private final List<OidcProvider> providers;
    private final int maxToken;
    private final Cache<String, Remembered> remembered;

    @Inject
    Sessions(AuthConfig config, GuestTokens guests) {
        this(config, guests, Clock.systemUTC());
    }

    Sessions(AuthConfig config, GuestTokens guests, Clock clock) {
        if (config.waiting() < 1) {
            throw new ConfigurationException("bits.auth.waiting is more than 0");
        }
        Semaphore waiting = new Semaphore(config.waiting());
        // In an order, so that the same configuration is refused with the same words each time.
        this.providers = new TreeMap<>(config.oidc())
                .entrySet().stream()
                        .map(provider -> new OidcProvider(provider.getKey(), provider.getValue(), waiting, clock))
                        .toList();
        add(guests);
        providers.forEach(this::add);
        if (config.maxToken() < 1) {
            throw new ConfigurationException("bits.auth.max-token is more than 0");
        }
        if (config.rememberedTokens() < 0) {
            throw new ConfigurationException("bits.auth.remembered-tokens is not negative");
        }
        this.maxToken = config.maxToken();
        this.remembered = Caffeine.newBuilder()
                .maximumSize(config.rememberedTokens())
                .executor(Runnable::run)
                .build();
    }

    private void add(TokenVerifier verifier) {
        if (verifiers.putIfAbsent(verifier.issuer(), verifier) != null) {
            throw new ConfigurationException(
                    "'" + verifier.issuer()
                            + "' is the issuer of two under bits.auth, of providers or of guests: a token could not tell which");
        }
    }

    /** At start, so that settings that can't be used end the process at once. */
    void onStart(@Observes StartupEvent event) {
        providers.forEach(OidcProvider::begin);
    }

    /**
     * The session that this token makes. May block until keys of its issuer are there: never to be called on an event loop.
     *
     * @throws page.bits.http.ProblemException 503 where that cannot be told at present
     */
    Session of(String token) throws InvalidTokenException {
        if (token.length() > maxToken) {
            throw new InvalidTokenException("it has more than " + maxToken + " characters");
        }
        String digest = digest(token);
        Remembered before = remembered.getIfPresent(digest);
        if (before != null && before.verifier().holds(before.token())) {
            return session(token, before.token());
        }
        SignedToken signed = SignedToken.parse(token);
        TokenVerifier verifier = signed.issuer() == null ? null : verifiers.get(signed.issuer());
        if (verifier == null) {
            throw new InvalidTokenException("its issuer is not one of ours");
        }
        VerifiedToken verified = verifier.verify(signed);
        remembered.put(digest, new Remembered(verifier, verified));
        return session(token, verified);
    }

    private static Session session(String token, VerifiedToken verified) {
        return new Session(verified.actor(), token, verified.expires());
    }

    private static String digest(String token) {
        return new String(Digest.sha256(token.getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1);
    }
}

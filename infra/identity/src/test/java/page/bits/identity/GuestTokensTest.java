package page.bits.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:36:00Z");
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final AuthConfig WITH_KEY = Settings.of(Map.of("bits.auth.guest-key", Forgery.SETTING));
    private static final AuthConfig WITHOUT_KEY = Settings.of(Map.of());

    private static GuestTokens tokens(Instant now) {
        return new GuestTokens(WITH_KEY, new GuestKey(WITH_KEY), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static GuestTokens tokens(GuestKey key) {
        return new GuestTokens(WITHOUT_KEY, key, Clock.systemUTC());
    }

    private static VerifiedToken verified(String token, GuestTokens tokens) throws InvalidTokenException {
        VerifiedToken verified = tokens.verify(SignedToken.parse(token));
        assertTrue(tokens.holds(verified));
        return verified;
    }

    private static String refused(String token, GuestTokens tokens) {
        return assertThrows(InvalidTokenException.class, () -> tokens.verify(SignedToken.parse(token)))
                .getMessage();
    }

    @Test
    void aTokenHoldsWhereverTheSameKeyIsUntilItExpires() throws Exception {
        String token = Forgery.token(NOW, claims -> claims.put("name", "Zo\u00eb"));
        VerifiedToken verified = verified(token, tokens(NOW));
        assertEquals(new Actor("urn:bits:guests", "someone", new ActorName("Zo\u00eb")), verified.actor());
        assertEquals(NOW.plus(LIFETIME), verified.expires());
        assertEquals(verified, verified(token, tokens(NOW.plus(LIFETIME).minusSeconds(1))));
        GuestTokens later = tokens(NOW.plus(LIFETIME));
        assertEquals("it has expired", refused(token, later));
        assertFalse(later.holds(verified));
    }

    @Test
    void aNodeWhoseClockIsBehindTakesATokenOfAnotherAtOnce() throws Exception {
        verified(Forgery.token(NOW, claims -> {}), tokens(NOW.minusSeconds(2)));
    }

    @Test
    void withoutAKeyInTheConfigurationATokenHoldsInItsProcessOnly() throws Exception {
        GuestKey key = new GuestKey(WITHOUT_KEY);
        String token = Forgery.token("HS256", "HmacSHA256", key.value().getEncoded(), claims -> {});
        verified(token, tokens(key));
        assertEquals("its signature does not hold", refused(token, tokens(new GuestKey(WITHOUT_KEY))));
        assertEquals(
                "its signature does not hold", refused(Forgery.token(claims -> {}), tokens(new GuestKey(WITHOUT_KEY))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "c2hvcnQ="})
    void aKeyThatIsNoneOrTooShortIsRefusedAtStart(String key) {
        AuthConfig config = Settings.of(Map.of("bits.auth.guest-key", key));
        ConfigurationException refused = assertThrows(ConfigurationException.class, () -> new GuestKey(config));
        assertTrue(refused.getMessage().startsWith("bits.auth.guest-key "), refused.getMessage());
    }
}

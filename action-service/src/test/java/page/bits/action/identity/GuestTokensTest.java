package page.bits.action.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:36:00Z");
    private static final String KEY = Base64.getEncoder().encodeToString(Forgery.KEY);

    private static GuestTokens tokens(String key, Instant now) {
        Map<String, String> settings = key == null ? Map.of() : Map.of("bits.auth.guest-key", key);
        return new GuestTokens(Settings.of(settings), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static void assertHolds(Session issued, GuestTokens tokens) throws InvalidTokenException {
        VerifiedToken verified = tokens.verify(SignedToken.parse(issued.token()));
        assertEquals(issued.actor(), verified.actor());
        assertEquals(issued.expires(), verified.expires());
        assertTrue(tokens.holds(verified));
    }

    private static String refused(Session issued, GuestTokens tokens) {
        return assertThrows(InvalidTokenException.class, () -> tokens.verify(SignedToken.parse(issued.token())))
                .getMessage();
    }

    @Test
    void aTokenHoldsOnEveryNodeWithTheSameKeyUntilItExpires() throws Exception {
        Session issued = tokens(KEY, NOW).issue(new ActorName("Zo\u00eb"));
        assertEquals(NOW.plus(Duration.ofDays(30)), issued.expires());
        assertHolds(issued, tokens(KEY, NOW));
        assertHolds(issued, tokens(KEY, issued.expires().minusSeconds(1)));
        GuestTokens later = tokens(KEY, issued.expires());
        assertEquals("it has expired", refused(issued, later));
        assertFalse(later.holds(tokens(KEY, NOW).verify(SignedToken.parse(issued.token()))));
    }

    @Test
    void aNodeWhoseClockIsBehindTakesATokenOfAnotherAtOnce() throws Exception {
        assertHolds(tokens(KEY, NOW).issue(ActorName.GUEST), tokens(KEY, NOW.minusSeconds(2)));
    }

    @Test
    void withoutAKeyInTheConfigurationATokenHoldsInItsProcessOnly() throws Exception {
        GuestTokens here = tokens(null, NOW);
        Session issued = here.issue(ActorName.GUEST);
        assertHolds(issued, here);
        assertEquals("its signature does not hold", refused(issued, tokens(null, NOW)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "c2hvcnQ="})
    void aKeyThatIsNoneOrTooShortIsRefusedAtStart(String key) {
        ConfigurationException refused = assertThrows(ConfigurationException.class, () -> tokens(key, NOW));
        assertTrue(refused.getMessage().startsWith("bits.auth.guest-key "), refused.getMessage());
    }
}

package page.bits.action.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:36:00Z");
    private static final String KEY = Base64.getEncoder().encodeToString(Forgery.KEY);

    private record Config(Optional<String> guestKey) implements AuthConfig {
        @Override
        public boolean guests() {
            return true;
        }

        @Override
        public String guestIssuer() {
            return "urn:bits:guests";
        }

        @Override
        public String guestAudience() {
            return "bits";
        }

        @Override
        public Duration guestLifetime() {
            return Duration.ofDays(30);
        }
    }

    private static GuestTokens tokens(String key, Instant now) {
        return new GuestTokens(new Config(Optional.ofNullable(key)), Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void aTokenHoldsOnEveryNodeWithTheSameKeyUntilItExpires() throws Exception {
        Session issued = tokens(KEY, NOW).issue(new ActorName("Zo\u00eb"));
        assertEquals(NOW.plus(Duration.ofDays(30)), issued.expires());
        assertEquals(issued, tokens(KEY, NOW).verify(issued.token()));
        assertEquals(issued, tokens(KEY, issued.expires().minusSeconds(1)).verify(issued.token()));
        InvalidTokenException expired = assertThrows(
                InvalidTokenException.class, () -> tokens(KEY, issued.expires()).verify(issued.token()));
        assertTrue(expired.getMessage().contains("expired"));
    }

    @Test
    void withoutAKeyInTheConfigurationATokenHoldsInItsProcessOnly() throws Exception {
        GuestTokens here = tokens(null, NOW);
        Session issued = here.issue(ActorName.GUEST);
        assertEquals(issued, here.verify(issued.token()));
        assertThrows(InvalidTokenException.class, () -> tokens(null, NOW).verify(issued.token()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "c2hvcnQ=", ""})
    void aKeyThatIsNoneOrTooShortIsRefusedAtStart(String key) {
        ConfigurationException refused = assertThrows(ConfigurationException.class, () -> tokens(key, NOW));
        assertTrue(refused.getMessage().startsWith("bits.auth.guest-key "), refused.getMessage());
    }
}

package page.bits.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTokenTest {

    private static final String KEY = "bits.auth.service-token";
    private static final String SECRET = "sixteen-or-more!";

    private final ServiceToken token = of(Map.of(KEY, SECRET));

    @Test
    void itIsTheOneThatIsConfigured() {
        assertEquals(SECRET, token.value());
        assertTrue(token.matches(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-or-more", "sixteen-or-more!!", "Sixteen-or-more!", "sixteen-or-more! "})
    void nothingElseMatches(String other) {
        assertFalse(token.matches(other));
    }

    @Test
    void whereThereIsNoneItIsSaidWhichToSet() {
        String told =
                assertThrows(ConfigurationException.class, () -> of(Map.of())).getMessage();
        assertTrue(told.contains("BITS_AUTH_SERVICE_TOKEN"), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifteen-letters", "sixteen or more!", "sixteen-or-möre!"})
    void whatCantBeOneIsRefusedWithoutBeingTold(String configured) {
        String told = assertThrows(ConfigurationException.class, () -> of(Map.of(KEY, configured)))
                .getMessage();
        assertTrue(told.startsWith(KEY), told);
        assertFalse(told.contains(configured), told);
    }

    @Test
    void aRandomOneIsAnotherWithEachStartAndNeverBeatsAConfiguredOne() {
        Map<String, String> random = Map.of("bits.auth.random-service-token", "true");
        assertNotEquals(of(random).value(), of(random).value());
        assertEquals(
                SECRET,
                of(Map.of(KEY, SECRET, "bits.auth.random-service-token", "true"))
                        .value());
    }

    @Test
    void eachPurposeHasAKeyThatIsTheSameForWhoeverHasTheToken() {
        assertArrayEquals(of(Map.of(KEY, SECRET)).derive("one"), token.derive("one"));
        assertEquals(32, token.derive("one").length);
        assertFalse(Arrays.equals(token.derive("another"), token.derive("one")));
        assertFalse(Arrays.equals(of(Map.of(KEY, SECRET + "!")).derive("one"), token.derive("one")));
    }

    private static ServiceToken of(Map<String, String> settings) {
        return new ServiceToken(Settings.of(settings));
    }
}

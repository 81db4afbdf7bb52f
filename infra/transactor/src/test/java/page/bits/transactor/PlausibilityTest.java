package page.bits.transactor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlausibilityTest {

    @Test
    void theDefaultsAreAllowed() {
        assertDoesNotThrow(() -> Plausibility.require(Config.with(Map.of())));
    }

    @ParameterizedTest
    @CsvSource({
        "storage-url, jdbc:mysql://127.0.0.1/bits",
        "port, 0",
        "port, 65536",
        "max-group-size, 0",
        "submit-queue, 255",
        "submit-queue-bytes, 2G",
        "submit-queue-bytes, 0",
        "memory-index-threshold, 0",
        "memory-index-max, 31M",
        "heartbeat-interval, PT0S",
        "standby-interval, PT0S",
        "isolation-limit, PT5S"
    })
    void aValueThatIsNotAllowedIsNamed(String key, String value) {
        TransactorConfig config = Config.with(Map.of(key, value));
        ConfigurationException refused = assertThrows(ConfigurationException.class, () -> Plausibility.require(config));
        assertTrue(refused.getMessage().contains("bits.transactor." + key), refused::getMessage);
    }
}

package page.bits.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpUserTimeoutTest {

    private static final String KEY = "bits.http.tcp-user-timeout";

    @ParameterizedTest
    @CsvSource({"PT0S, 0", "PT1S, 1000", "PT20S, 20000", "PT24H, 86400000"})
    void theOptionIsInMilliseconds(Duration timeout, int milliseconds) {
        HttpServerOptions options = new HttpServerOptions();
        new TcpUserTimeout(KEY, timeout).applyTo(options);
        assertEquals(milliseconds, options.getTcpUserTimeout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0.0001S", "PT0.999S", "PT24H1S", "P9000D"})
    void whatCouldBeMeantByNobodyIsRefusedUnderItsKey(Duration timeout) {
        ConfigurationException refused =
                assertThrows(ConfigurationException.class, () -> new TcpUserTimeout(KEY, timeout));
        assertTrue(refused.getMessage().startsWith(KEY), refused::getMessage);
        assertTrue(refused.getMessage().contains(timeout.toString()), refused::getMessage);
    }
}

package page.bits.view;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsCheckTest {

    @ParameterizedTest
    @CsvSource({
        "render-threads, 0",
        "answer-threads, 0",
        "transaction-queue, 0",
        "keys-per-stream, 0",
        "traces-per-rendering, 0",
        "creators-per-page, -1",
        "basis-wait, PT-1S"
    })
    void aSettingThatCanNotBeMeantIsRefusedByItsName(String key, String value) {
        ConfigurationException refused =
                assertThrows(ConfigurationException.class, () -> new SettingsCheck(config(key, value)));
        assertTrue(refused.getMessage().startsWith("bits.views." + key + " must "), refused.getMessage());
        assertTrue(refused.getMessage().endsWith(": " + value), refused.getMessage());
    }

    @Test
    void notWaitingForAnyTCanBeMeant() {
        assertDoesNotThrow(() -> new SettingsCheck(config("basis-wait", "PT0S")));
    }

    private static ViewsConfig config(String key, String value) {
        return new SmallRyeConfigBuilder()
                .withConverter(MemorySize.class, 100, new MemorySizeConverter())
                .withMapping(ViewsConfig.class)
                .withDefaultValue("bits.views.morph-module", "/turbo.js")
                .withDefaultValue("bits.views." + key, value)
                .build()
                .getConfigMapping(ViewsConfig.class);
    }
}

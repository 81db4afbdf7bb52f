package page.bits.action.demo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
    void isThisMachine(String host) {
        assertTrue(Loopback.isName(host));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0.0.0.0",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "evil-localhost",
                "10.0.0.1",
                "::",
                "::11"
            })
    void isElsewhere(String host) {
        assertFalse(Loopback.isName(host));
    }
}

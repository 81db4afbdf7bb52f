package page.bits.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

    private static boolean trusts(Proxies proxies, String address) {
        return proxies.trusts(SocketAddress.inetSocketAddress(4711, address));
    }

    @Test
    void nobodyIsTrustedUnlessNamed() {
        Proxies none = new Proxies(Optional.empty());
        for (String address : List.of("127.0.0.1", "::1", "10.1.2.3")) {
            assertFalse(trusts(none, address), address);
        }
        assertFalse(none.trusts(null));
    }

    @Test
    void addressesAndBlocksOfThemAreTrusted() {
        Proxies proxies = new Proxies(Optional.of(List.of("10.1.0.0/16", "192.0.2.7", "::1")));
        for (String address : List.of("10.1.255.3", "192.0.2.7", "::1")) {
            assertTrue(trusts(proxies, address), address);
        }
        for (String address : List.of("10.2.0.1", "192.0.2.8", "127.0.0.1", "::2")) {
            assertFalse(trusts(proxies, address), address);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "gateway.example", "10.0.0.0/99", "10.0.0.1:80", "*"})
    void aNameIsRefused(String told) {
        assertThrows(ConfigurationException.class, () -> new Proxies(Optional.of(List.of(told))));
    }
}

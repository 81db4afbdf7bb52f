package page.bits.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"})
    void thisMachineIsNobody(String host) {
        assertEquals(Optional.empty(), ClientAddress.of(host));
    }

    @Test
    void addressesOfOneNetworkOfIPv6AreOne() {
        assertEquals(ClientAddress.of("2001:db8::7"), ClientAddress.of("[2001:db8::ffff:1]"));
        assertNotEquals(ClientAddress.of("2001:db8::7"), ClientAddress.of("2001:db8:0:1::7"));
    }

    @Test
    void anAddressOfIPv4IsOneHoweverItIsWritten() {
        assertEquals(Optional.of("203.0.113.7"), ClientAddress.of("203.0.113.7"));
        assertEquals(Optional.of("203.0.113.7"), ClientAddress.of("::ffff:203.0.113.7"));
        assertNotEquals(ClientAddress.of("203.0.113.7"), ClientAddress.of("203.0.113.8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown", "_hidden", "localhost"})
    void whatIsNoAddressStandsForItself(String host) {
        assertEquals(Optional.of(host), ClientAddress.of(host));
    }
}

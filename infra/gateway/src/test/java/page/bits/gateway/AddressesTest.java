package page.bits.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressesTest {

    @Test
    void containsAddressesAndBlocksOfBothFamilies() {
        Addresses some = new Addresses(List.of("10.0.0.0/8", " 192.0.2.7", "fc00::/7", "::1"));
        for (String inside : List.of(
                "10.255.0.1", "192.0.2.7", "fd12::1", "[fd12::1]", "::1", "0:0:0:0:0:0:0:1", "::ffff:10.1.1.1")) {
            assertTrue(some.contain(inside), inside);
        }
        for (String outside :
                List.of("11.0.0.1", "192.0.2.8", "fe80::1", "::2", "unknown", "", "localhost", "10.0.0")) {
            assertFalse(some.contain(outside), outside);
        }
    }

    @Test
    void aBlockMayBeEverything() {
        Addresses all = new Addresses(List.of("0.0.0.0/0", "::/0"));
        assertTrue(all.contain("203.0.113.9"));
        assertTrue(all.contain("2001:db8::1"));
    }

    @Test
    void whatIsNoBlockIsNamed() {
        for (String wrong : List.of("example.com", "10.0.0.0/33", "10.0.0.0/x", "", "::1/129", "10.0.0.0/-1")) {
            String told = assertThrows(IllegalArgumentException.class, () -> new Addresses(List.of(wrong)))
                    .getMessage();
            assertEquals("'" + wrong + "' is neither an IP address nor a block of them, such as 10.0.0.0/8", told);
        }
    }
}

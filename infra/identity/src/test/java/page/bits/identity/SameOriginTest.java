package page.bits.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.net.HostAndPort;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SameOriginTest {

    private static final HostAndPort HOST = HostAndPort.create("bits.example", -1);

    private static SameOrigin told(List<String> secFetchSite, List<String> origin) {
        return SameOrigin.of(secFetchSite, origin, HOST, false);
    }

    @Test
    void secFetchSiteDecidesWhereItIsThere() {
        assertEquals(SameOrigin.YES, told(List.of("same-origin"), List.of()));
        assertEquals(SameOrigin.YES, told(List.of("same-origin"), List.of("null")));
        assertEquals(SameOrigin.NO, told(List.of("same-origin", "same-origin"), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-site", "cross-site", "none", "", "Same-Origin", "same-origin, cross-site"})
    void anythingElseThanSameOriginIsElsewhereWhateverTheOriginSays(String secFetchSite) {
        assertEquals(SameOrigin.NO, told(List.of(secFetchSite), List.of("https://bits.example")));
    }

    @Test
    void withoutEitherNothingIsTold() {
        assertEquals(SameOrigin.UNTOLD, told(List.of(), List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "https://bits.example, bits.example, -1",
        "http://bits.example, bits.example, -1",
        "HTTPS://BITS.example, bits.EXAMPLE, -1",
        "https://bits.example:443, bits.example, -1",
        "https://bits.example, bits.example, 443",
        "http://bits.example, bits.example, 80",
        "http://bits.example:8080, bits.example, 8080",
        "http://127.0.0.1:8080, 127.0.0.1, 8080",
        "http://[::1]:8080, [::1], 8080",
    })
    void anOriginMatchesTheSameHostAndPort(String origin, String host, int port) {
        assertEquals(SameOrigin.YES, SameOrigin.of(List.of(), List.of(origin), HostAndPort.create(host, port), false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "",
                "bits.example",
                "https://www.bits.example",
                "https://bits.example.evil",
                "https://evil.example",
                "https://bits.example:8443",
                "http://bits.example:443",
                "ftp://bits.example",
                "https://bits.example@evil.example",
                "https://",
                "not a uri",
            })
    void anotherOriginDoesNot(String origin) {
        assertEquals(SameOrigin.NO, told(List.of(), List.of(origin)));
    }

    @Test
    void twoOriginsOrNoHostDoNot() {
        assertEquals(SameOrigin.NO, told(List.of(), List.of("https://bits.example", "https://bits.example")));
        assertEquals(SameOrigin.NO, SameOrigin.of(List.of(), List.of("https://bits.example"), null, false));
    }

    @Test
    void overTlsAnOriginWithoutTlsDoesNot() {
        assertEquals(SameOrigin.NO, SameOrigin.of(List.of(), List.of("http://bits.example"), HOST, true));
        assertEquals(SameOrigin.YES, SameOrigin.of(List.of(), List.of("https://bits.example"), HOST, true));
    }
}

package page.bits.action;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org",
                "http://example.org/",
                "HTTPS://Example.ORG/A.png",
                "https://example.org:8443/a.png?size=1&b=%20#top",
                "https://my_bucket.example.org/a.png",
                "https://127.0.0.1/a.png",
                "https://[2001:db8::1]:443/a.png",
                "https://bücher.example/ä.png",
                "https://example.org/@user/a.png",
                "https://example.org//a.png",
                "/",
                "/demo/alice.svg",
                "/a//b",
                "/@alice?x=y#z",
                "/a:b@c",
            })
    void isAnAbsoluteWebAddressOrAPath(String url) {
        assertEquals(url, new ImageUrl(url).value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "picture.png",
                "./picture.png",
                "../picture.png",
                "?a",
                "#a",
                "//example.org/a.png",
                "///example.org/a.png",
                "/\\example.org/a.png",
                "\\\\example.org/a.png",
                "\\/example.org",
                "/\t/example.org",
                "/\n/example.org",
                "/a b",
                "/a\u0000",
                "/a\u0085",
                "/a\u2028b",
                " /a",
                "/a ",
                "/a\n",
                "/\"onerror=alert(1)",
                "/<script>",
                "/%zz",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "java\nscript:alert(1)",
                "data:image/png;base64,AAAA",
                "ftp://example.org/a.png",
                "file:///etc/passwd",
                "blob:https://example.org/1",
                "http:",
                "http:/",
                "http:a.png",
                "http:/example.org/a.png",
                "http://",
                "http:///a.png",
                "http://:80/a.png",
                "https://\\example.org",
                "https:\\\\example.org",
                "https://exam ple.org/",
                "https://example.org /",
                "https://example.org:99999/",
                "https://example.org:abc/",
                "https://ex%61mple.org/",
                "https://[::1/",
                "https://exam\u200bple.org/",
            })
    void isNothingElse(String url) {
        assertThrows(IllegalArgumentException.class, () -> new ImageUrl(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user@example.org/",
                "https://user:password@example.org/",
                "https://@example.org/",
                "https://:@example.org/",
                "https://example.org@evil.example/",
                "https://example.org:80@evil.example/",
            })
    void holdsNoUserInfo(String url) {
        assertThrows(IllegalArgumentException.class, () -> new ImageUrl(url));
    }

    @Test
    void hasAtMost2048CodePoints() {
        String beyondAscii = "/" + "\uD83D\uDE00".repeat(2047);
        assertEquals(beyondAscii, new ImageUrl(beyondAscii).value());
        assertEquals(2048, new ImageUrl("/" + "x".repeat(2047)).value().length());
        assertThrows(IllegalArgumentException.class, () -> new ImageUrl(beyondAscii + "x"));
        assertThrows(IllegalArgumentException.class, () -> new ImageUrl("/" + "x".repeat(2048)));
        assertThrows(IllegalArgumentException.class, () -> new ImageUrl("https://example.org/" + "x".repeat(2029)));
    }
}

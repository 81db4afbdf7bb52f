package page.bits.contract;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.StringArbitrary;

/** Texts and values that have broken some server or other. */
final class Hostile {

    private Hostile() {}

    /** Unicode of any kind without unpaired surrogates, and texts known for the trouble they make; may be empty. */
    static Arbitrary<String> text() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, known()),
                Tuple.of(2, paired()),
                Tuple.of(1, Arbitraries.strings().ascii().ofMaxLength(40)),
                Tuple.of(1, Combinators.combine(known(), paired()).as(String::concat)));
    }

    private static Arbitrary<String> paired() {
        return Arbitraries.strings()
                .all()
                .ofMaxLength(20)
                .map(text -> text.codePoints()
                        .filter(c -> !isSurrogate(c))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString());
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static Arbitrary<String> known() {
        return Arbitraries.of(
                "",
                " ",
                "\u0000",
                "a\u0000b",
                "\r\n\r\nevent: gone\r\ndata: {}\r\n\r\n",
                "\u2028\u2029",
                "</script><script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "\"'`;--",
                "' OR 1=1 --",
                "${jndi:ldap://127.0.0.1:1/x}",
                "{{7*7}}#{7*7}${7*7}",
                "%s%s%n%d",
                "../../../../etc/passwd",
                "(System/exit 1)",
                "#=(eval (System/exit 1))",
                "[:db/retractEntity 1]",
                ":db/id",
                "datomic.tx",
                "\u202etxt.exe\u202d",
                "\ufeff",
                "\ufffe\uffff",
                "Z\u0351\u036b\u0343\u036a\u0302\u036b",
                "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
                "null",
                "true",
                "NaN",
                "-0",
                "__proto__",
                "constructor",
                "\u00df\u1e9e\u0130\u0131",
                "\u0085\u00a0\u3000",
                "\u007f\u0080\u009f",
                "CON",
                "a".repeat(300));
    }

    /** With at least one surrogate that has no partner. */
    static Arbitrary<String> unpaired() {
        return Combinators.combine(
                        paired(),
                        Arbitraries.of("\ud800", "\udfff", "\udc00\ud800", "x\udbff", "\ude00y", "\ud83dz"),
                        paired())
                .as((before, surrogate, after) -> before + surrogate + after)
                // Joined with what is beside it, it may have found a partner.
                .filter(text -> text.codePoints().anyMatch(Hostile::isSurrogate));
    }

    /** JSON values that are no strings and no null. */
    static Arbitrary<String> notAString() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, aNumber()), Tuple.of(1, Arbitraries.of("true", "false")), Tuple.of(2, notAScalar()));
    }

    /** JSON objects and arrays. */
    static Arbitrary<String> notAScalar() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "[]",
                        "{}",
                        "[\"alice\"]",
                        "{\"value\":\"alice\"}",
                        "{\"$result\":[0,\"postId\"]}",
                        "{\"@type\":\"java.lang.Runtime\"}",
                        "[\"java.net.URL\",\"http://127.0.0.1:1/\"]"),
                Arbitraries.integers().between(1, 50).map(depth -> "[".repeat(depth) + "]".repeat(depth)),
                Arbitraries.integers().between(1, 50).map(depth -> "{\"a\":".repeat(depth) + "1" + "}".repeat(depth)));
    }

    private static Arbitrary<String> aNumber() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "0",
                        "-0",
                        "-1",
                        "0.1",
                        "1e5",
                        "1E-400",
                        "1e400",
                        "1e999999999",
                        "-1e-999999999",
                        "9223372036854775807",
                        "9223372036854775808",
                        "123456789012345678901234567890.123456789"),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.integers().between(1, 999).map("9"::repeat));
    }

    /** JSON values that are no t: no whole number, negative, or too large for one. */
    static Arbitrary<String> notAT() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "true",
                        "\"\"",
                        "\"now\"",
                        "\"-1\"",
                        "-1",
                        "0.5",
                        "1e-3",
                        "-9223372036854775808",
                        "9223372036854775808",
                        "1e400",
                        "1e999999999"),
                notAScalar(),
                Arbitraries.integers().between(20, 999).map("9"::repeat));
    }

    /** Text that is no handle. */
    static Arbitrary<String> notAHandle() {
        return Arbitraries.oneOf(
                        text(),
                        Arbitraries.of(
                                "a",
                                "-ab",
                                "Alice",
                                "al ice",
                                " alice",
                                "alice ",
                                "alice\n",
                                "alice\u0000",
                                "\u0430lice",
                                "al\u0131ce",
                                "@alice",
                                "alice/../bob",
                                "a".repeat(31),
                                "a".repeat(5000)))
                .filter(text -> !text.matches("[a-z0-9][a-z0-9-]{1,29}"));
    }

    /** Text that is no UUID, though some readers take it for one. */
    static Arbitrary<String> notAnId() {
        return Arbitraries.oneOf(
                        text(),
                        Arbitraries.of(
                                "1-1-1-1-1",
                                "0-0-0-0-0",
                                "6f9c0000-0000-0000-0000-00000000000",
                                "6f9c0000-0000-0000-0000-0000000000000",
                                "6f9c0000000000000000000000000000",
                                "{6f9c0000-0000-4000-8000-000000000000}",
                                "urn:uuid:6f9c0000-0000-4000-8000-000000000000",
                                " 6f9c0000-0000-4000-8000-000000000000",
                                "6f9c0000-0000-4000-8000-000000000000\n",
                                "6g9c0000-0000-4000-8000-000000000000",
                                "\uff16f9c0000-0000-4000-8000-000000000000",
                                "-6f9c000-0000-4000-8000-000000000000",
                                "$result"))
                .filter(text -> !text.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    }

    /** Text that is no address of a picture. */
    static Arbitrary<String> notAUrl() {
        StringArbitrary word = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(10);
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        " ",
                        "x",
                        "picture.png",
                        "//example.org/x.png",
                        "///x",
                        "/\\example.org",
                        "\\x",
                        "http:",
                        "http://",
                        "https:///x.png",
                        "http:/example.org",
                        "http://user@example.org/",
                        "http://user:secret@example.org/",
                        "http://example.org:99999/",
                        "http://example.org:-1/",
                        "http://[::1/",
                        "javascript:alert(1)",
                        "JaVaScRiPt:alert(1)",
                        "data:image/png;base64,AAAA",
                        "file:///etc/passwd",
                        "ftp://example.org/x",
                        "mailto:a@example.org",
                        "http://example.org/\u0000",
                        "http://example.org/ x",
                        "http://example.org/\nx",
                        "/a b",
                        "/%",
                        "/%zz",
                        "/x\t",
                        " /x",
                        "/x ",
                        "http://example.org/<script>"),
                word.map(scheme -> "x-" + scheme + "://example.org/"),
                word,
                Arbitraries.integers().between(2048, 4000).map(length -> "/" + "a".repeat(length)));
    }

    /** Text that does not have 1 to {@code max} code points once it is trimmed, or holds an unpaired surrogate. */
    static Arbitrary<String> notAText(int max) {
        return Arbitraries.oneOf(Arbitraries.of("", " ", "\t\r\n", "\u2003\u3000", "\u2028"), tooLong(max), unpaired());
    }

    /** Text of more than {@code max} code points, by one or by some. */
    static Arbitrary<String> tooLong(int max) {
        return Combinators.combine(
                        Arbitraries.of("a", "\u00e4", "\u20ac", "\ud83d\ude00"),
                        Arbitraries.integers().between(1, 200))
                .as((one, more) -> one.repeat(max + more));
    }

    /** Bytes that are no JSON text, or none that holds an object. */
    static Arbitrary<byte[]> bytes() {
        return Arbitraries.oneOf(
                Arbitraries.bytes()
                        .array(byte[].class)
                        .ofMaxSize(64)
                        .filter(bytes -> !new String(bytes, StandardCharsets.ISO_8859_1)
                                .strip()
                                .startsWith("{")),
                text().map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .filter(bytes -> !new String(bytes, StandardCharsets.ISO_8859_1)
                                .strip()
                                .startsWith("{")),
                Combinators.combine(Arbitraries.integers().between(65, 10_000), Arbitraries.of("[", "{\"a\":"))
                        .as((depth, open) -> open.repeat(depth).getBytes(StandardCharsets.UTF_8)));
    }

    /** Lines of a head that have no bearing on an action, whatever is in them; none that is not HTTP. */
    static Arbitrary<List<String>> noise() {
        Arbitrary<String> name = Arbitraries.of(
                "traceparent",
                "tracestate",
                "baggage",
                "User-Agent",
                "Referer",
                "X-Request-Id",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "X-Forwarded-Prefix",
                "Forwarded",
                "X-HTTP-Method-Override",
                "X-Original-URL",
                "Accept-Language",
                "Accept-Encoding",
                "If-None-Match",
                "If-Match",
                "If-Modified-Since",
                "Range",
                "Last-Event-ID",
                "Origin",
                "Sec-Fetch-Site",
                "Via",
                "X-" + "y".repeat(200));
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        "*",
                        "null",
                        "00-00000000000000000000000000000000-0000000000000000-00",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "http://evil.example",
                        "for=\"[::1]:99999\";proto=javascript;host=\"evil.example\"",
                        "127.0.0.1, evil.example",
                        "DELETE",
                        "bytes=0-0,5-1",
                        "W/\"x",
                        "Thu, 99 Foo 2026 99:99:99 GMT",
                        "k3f9.99999999999999999999",
                        "gzip;q=-1, ,;q",
                        "${jndi:ldap://127.0.0.1:1/x}",
                        "x".repeat(1000)),
                headerText());
        return Combinators.combine(name, value)
                .as((n, v) -> n + ": " + v)
                .list()
                .ofMaxSize(3);
    }

    /** What may be the value of a header field: no control characters but tabs, no blanks at the ends. */
    static Arbitrary<String> headerText() {
        return Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars('\t', '\u00e4', '\u20ac')
                .ofMaxLength(60)
                .map(String::strip);
    }
}

package page.bits.contract;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Bodies with a fault that was put into them, so that it is known what is wrong with them. */
final class Faults {

    private Faults() {}

    /** The fields of a body, one of which is missing, too many, or not what it must be: 422. */
    static Arbitrary<Map<String, String>> inFields(Act act, Map<String, String> valid) {
        List<Arbitrary<Map<String, String>>> faults = new ArrayList<>();
        for (Field field : act.fields) {
            faults.add(wrong(field).map(value -> with(valid, field.name(), value)));
            if (field.required()) {
                faults.add(Arbitraries.of(with(valid, field.name(), "null"), without(valid, field.name())));
            }
        }
        faults.add(Combinators.combine(Hostile.text(), Arbitraries.of("null", "\"\"", "1", "{}", "[]"))
                .as((name, value) -> valid.containsKey(name) ? valid : with(valid, name, value))
                .filter(body -> body.size() > valid.size()));
        return Arbitraries.oneOf(faults);
    }

    /** JSON values that the field does not take. */
    static Arbitrary<String> wrong(Field field) {
        return switch (field.kind()) {
            case HANDLE -> string(Hostile.notAHandle());
            case DISPLAY_NAME -> string(Hostile.notAText(80));
            case BIO -> string(Arbitraries.oneOf(Hostile.tooLong(500), Hostile.unpaired()));
            case URL -> string(Arbitraries.oneOf(Hostile.notAUrl(), Hostile.unpaired()));
            case POST_TEXT -> string(Hostile.notAText(5000));
            case COMMENT_TEXT -> string(Hostile.notAText(1000));
            case ID -> string(Hostile.notAnId());
            case T -> Hostile.notAT();
        };
    }

    private static Arbitrary<String> string(Arbitrary<String> wrong) {
        return Arbitraries.oneOf(wrong.map(Json::quoted), Hostile.notAString());
    }

    /** A form with one field that is not what it must be, or one too many: 422. */
    static Arbitrary<String> inForm(Act act, Map<String, String> valid) {
        List<Arbitrary<Map<String, String>>> faults = new ArrayList<>();
        for (Field field : act.fields) {
            faults.add(wrong(field)
                    .filter(value -> value.startsWith("\"")
                            && canBeInAForm(Json.parsed(value).textValue()))
                    .map(value -> with(valid, field.name(), value)));
            if (field.required()) {
                faults.add(Arbitraries.of(with(valid, field.name(), "\" \""), without(valid, field.name())));
            }
        }
        faults.add(Arbitraries.just(with(valid, "more", "\"\"")));
        return Arbitraries.oneOf(faults).map(Faults::encoded);
    }

    /** What is blank counts as left out there, and what UTF-8 can't carry never gets there. */
    private static boolean canBeInAForm(String text) {
        return !text.isBlank()
                && !text.strip().isEmpty()
                && new String(utf8(text), StandardCharsets.UTF_8).equals(text);
    }

    private static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "="
                        + URLEncoder.encode(Json.parsed(field.getValue()).asText(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** What is not JSON, made of an object that is: 400. */
    static Arbitrary<byte[]> inJson(Map<String, String> valid) {
        String json = Json.object(valid);
        Arbitrary<byte[]> cut =
                Arbitraries.integers().between(0, json.length() - 1).map(length -> utf8(json.substring(0, length)));
        Arbitrary<byte[]> trailed = Arbitraries.of(
                        "{}", "}", "]", ",", "x", "1", "null", "\u0000", "\ufeff", "\u00a0", "//", "/**/", "\"\"", json)
                .map(more -> utf8(json + more));
        Arbitrary<byte[]> led = Arbitraries.of("\ufeff", "\u0000", "\u00a0", "/**/", "//\n", ",", "'", "#", ")]}'\n")
                .map(more -> utf8(more + json));
        Arbitrary<byte[]> malformed = Combinators.combine(
                        Arbitraries.integers().between(0, json.length()),
                        Arbitraries.of(
                                new byte[] {(byte) 0xff},
                                new byte[] {(byte) 0x80},
                                new byte[] {(byte) 0xc0, (byte) 0x80},
                                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                                new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
                                new byte[] {(byte) 0xf0, (byte) 0x9f}))
                .as((at, bytes) -> inserted(json, at, bytes));
        Arbitrary<byte[]> twice = Arbitraries.of(valid.keySet())
                .flatMap(name -> Arbitraries.of(Json.quoted(name), escaped(name))
                        .map(again -> utf8("{" + again + ":\"again\"," + json.substring(1))));
        Arbitrary<byte[]> noValue = Arbitraries.oneOf(
                        Arbitraries.of(
                                "",
                                "NaN",
                                "-Infinity",
                                "01",
                                "+1",
                                ".5",
                                "1.",
                                "1e",
                                "-",
                                "0x10",
                                "1_000",
                                "tru",
                                "True",
                                "nul",
                                "undefined",
                                "'x'",
                                "\"a\nb\"",
                                "\"a\u0000b\"",
                                "\"\\x\"",
                                "\"\\u12g4\"",
                                "\"\\ud80\"",
                                "\"\\\"",
                                "\"",
                                "[1,]",
                                "{\"a\":1,}",
                                "{a:1}",
                                "{\"a\":1,\"a\":2}",
                                "{\"a\":{\"b\":1,\"b\":1}}"),
                        Arbitraries.integers().between(1001, 20_000).map("1"::repeat),
                        Arbitraries.integers().between(65, 5000).map(depth -> "[".repeat(depth) + "]".repeat(depth)),
                        Arbitraries.integers()
                                .between(65, 5000)
                                .map(depth -> "{\"a\":".repeat(depth) + "1" + "}".repeat(depth)))
                .flatMap(value ->
                        Arbitraries.of(valid.keySet()).map(name -> utf8(Json.object(with(valid, name, value)))));
        return Arbitraries.oneOf(cut, trailed, led, malformed, twice, noValue);
    }

    static Map<String, String> with(Map<String, String> fields, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return more;
    }

    static Map<String, String> without(Map<String, String> fields, String name) {
        Map<String, String> less = new LinkedHashMap<>(fields);
        less.remove(name);
        return less;
    }

    /** The same name in other letters. */
    private static String escaped(String name) {
        return name.chars().mapToObj(c -> String.format("\\u%04x", c)).collect(Collectors.joining("", "\"", "\""));
    }

    private static byte[] inserted(String json, int at, byte[] bytes) {
        byte[] all = new byte[json.length() + bytes.length];
        byte[] ascii = utf8(json);
        System.arraycopy(ascii, 0, all, 0, at);
        System.arraycopy(bytes, 0, all, at, bytes.length);
        System.arraycopy(ascii, at, all, at + bytes.length, json.length() - at);
        return all;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

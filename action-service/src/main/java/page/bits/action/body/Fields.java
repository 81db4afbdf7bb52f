package page.bits.action.body;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Violation;

/**
 * The fields of a JSON object, taken out one by one. What is wrong with one is noted, and {@link #check()} tells of all of it
 * at once; until it returned, what was taken out may be null.
 *
 * <p>Not JSON (400) is also what other parsers let pass: malformed UTF-8, a byte order mark, a name that occurs twice,
 * something after the object, {@code NaN}, nesting beyond 64 levels, a number of more than 1,000 digits.
 */
public final class Fields {

    private static final int MAX_UNKNOWN = 50;
    private static final ObjectReader READER = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .build()
            .reader();

    private final ObjectNode fields;
    private final List<Violation> violations = new ArrayList<>();

    private Fields(ObjectNode fields) {
        this.fields = fields;
    }

    /** @throws ProblemException 400 where it is not JSON, 422 where it is not an object */
    public static Fields of(byte[] body) {
        JsonNode node = parsed(decoded(body));
        if (node instanceof ObjectNode fields) {
            return new Fields(fields);
        }
        throw ProblemException.invalid("", "must be a JSON object, not " + kind(node));
    }

    /** A field that must be there, with text that {@code rule} takes. */
    public <T> T required(String name, Function<String, T> rule) {
        JsonNode node = fields.remove(name);
        if (node == null || node.isNull()) {
            violation(name, "is required");
            return null;
        }
        return read(name, node, rule);
    }

    /** A field that may be missing or null. */
    public <T> Optional<T> optional(String name, Function<String, T> rule) {
        JsonNode node = fields.remove(name);
        return node == null || node.isNull() ? Optional.empty() : Optional.ofNullable(read(name, node, rule));
    }

    /** Notes what is wrong outside the object, such as with a header. */
    public void violation(String name, String message) {
        violations.add(new Violation(name, message));
    }

    /** @throws ProblemException 422 with all that is wrong, fields that nobody took out among it */
    public void check() {
        Iterator<String> unknown = fields.fieldNames();
        for (int i = 0; i < MAX_UNKNOWN && unknown.hasNext(); i++) {
            violation(Text.quoted(unknown.next()), "is not a field of this");
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }

    private <T> T read(String name, JsonNode node, Function<String, T> rule) {
        if (!node.isTextual()) {
            violation(name, "must be a string, not " + kind(node));
            return null;
        }
        try {
            return rule.apply(node.textValue());
        } catch (IllegalArgumentException e) {
            violation(name, e.getMessage());
            return null;
        }
    }

    private static String decoded(byte[] body) {
        try {
            // A new decoder reports what is malformed instead of replacing it.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw notJson("it is not UTF-8");
        }
    }

    private static JsonNode parsed(String body) {
        try (JsonParser parser = READER.createParser(body)) {
            JsonNode node = READER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw notJson("it is empty");
            }
            if (parser.nextToken() != null) {
                throw notJson("something comes after the first value");
            }
            return node;
        } catch (JsonProcessingException e) {
            // Jackson tells the source object with some of its messages, in brackets of its own.
            throw notJson(
                    Text.quoted(e.getOriginalMessage().replaceFirst("\\s*\\(?(start marker )?at \\[Source: .*", ""))
                            + (e.getLocation() == null
                                    ? ""
                                    : " (line %d, column %d)"
                                            .formatted(
                                                    e.getLocation().getLineNr(),
                                                    e.getLocation().getColumnNr())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProblemException notJson(String why) {
        return ProblemException.of(ProblemType.NOT_JSON, "The body is not JSON: " + why);
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            case NUMBER -> "a number";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case BINARY, MISSING, POJO -> throw new IllegalStateException("no JSON text has a " + node.getNodeType());
        };
    }
}

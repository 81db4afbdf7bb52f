package page.bits.action.body;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Text;
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

    /** RFC 9562, section 4; {@link UUID#fromString} takes much that is none. */
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final String RESULT = "$result";

    private final ObjectNode fields;
    private final String path;
    private final boolean isForm;
    private final Optional<References> references;
    private final List<Violation> violations = new ArrayList<>();

    private Fields(ObjectNode fields, String path, boolean isForm, Optional<References> references) {
        this.fields = fields;
        this.path = path;
        this.isForm = isForm;
        this.references = references;
    }

    /** What an id may refer to instead of naming it. */
    @FunctionalInterface
    public interface References {

        /**
         * The id that the result of another action has in this field; none where that can't be told since that action is
         * wrong itself.
         *
         * @throws IllegalArgumentException with a message for the sender where there is no such action or field
         */
        Optional<UUID> id(int index, String field);
    }

    /** @throws ProblemException 400 where it is not JSON, 422 where it is not an object */
    public static Fields of(byte[] body) {
        JsonNode node = parsed(decoded(body));
        if (node instanceof ObjectNode fields) {
            return new Fields(fields, "", false, Optional.empty());
        }
        throw ProblemException.invalid("", "must be a JSON object, not " + kind(node));
    }

    /** Those of a form. What was left blank in it was not filled in, which is what {@code null} means in JSON. */
    public static Fields ofForm(Map<String, String> form) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        form.forEach((name, value) -> fields.set(
                name,
                value.isBlank()
                        ? JsonNodeFactory.instance.nullNode()
                        : JsonNodeFactory.instance.textNode(value.replace("\r\n", "\n"))));
        return new Fields(fields, "", true, Optional.empty());
    }

    /**
     * A field that must be there, with objects, in their order; what is wrong in one is told with its path, and what is no
     * object is empty here. None where the field is wrong itself. Each object that is returned has to be {@linkplain
     * #check() checked} by itself.
     *
     * @param references for ids in them
     */
    public List<Optional<Fields>> objects(String name, int min, int max, References references) {
        return objects(name, min, max, Optional.of(references));
    }

    /** The same for objects whose ids refer to nothing. */
    public List<Optional<Fields>> objects(String name, int min, int max) {
        return objects(name, min, max, Optional.empty());
    }

    private List<Optional<Fields>> objects(String name, int min, int max, Optional<References> references) {
        JsonNode node = fields.remove(name);
        if (node == null || node.isNull()) {
            violation(name, "is required");
            return List.of();
        }
        if (!(node instanceof ArrayNode array)) {
            violation(name, "must be an array, not " + kind(node));
            return List.of();
        }
        if (array.size() < min || array.size() > max) {
            violation(name, "must hold %d to %d, not %d".formatted(min, max, array.size()));
            return List.of();
        }
        List<Optional<Fields>> objects = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String where = name + "[" + i + "]";
            if (array.get(i) instanceof ObjectNode object) {
                objects.add(Optional.of(new Fields(object, path + where + ".", isForm, references)));
            } else {
                objects.add(Optional.empty());
                violation(where, "must be an object, not " + kind(array.get(i)));
            }
        }
        return objects;
    }

    /** A field that must be there, with an object; like {@link #objects}. */
    public Optional<Fields> object(String name) {
        JsonNode node = fields.remove(name);
        if (node instanceof ObjectNode object) {
            return Optional.of(new Fields(object, path + name + ".", isForm, references));
        }
        violation(name, node == null || node.isNull() ? "is required" : "must be an object, not " + kind(node));
        return Optional.empty();
    }

    /** Whether a field is there, null or not, and was not taken out yet. */
    public boolean has(String name) {
        return fields.has(name);
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

    /** A field that must be there, with true or false; false where it is wrong. */
    public boolean requiredBoolean(String name) {
        JsonNode node = fields.remove(name);
        if (node == null || node.isNull()) {
            violation(name, "is required");
            return false;
        }
        if (!node.isBoolean()) {
            violation(name, "must be true or false, not " + kind(node));
        }
        return node.asBoolean();
    }

    /** A field that must be there, with a whole number from 0 to 2<sup>63</sup> − 1 that {@code rule} takes. */
    public <T> T requiredNumber(String name, LongFunction<T> rule) {
        if (!fields.hasNonNull(name)) {
            fields.remove(name);
            violation(name, "is required");
            return null;
        }
        try {
            return optionalNumber(name, rule).orElse(null);
        } catch (IllegalArgumentException e) {
            violation(name, e.getMessage());
            return null;
        }
    }

    /** A field that may be missing or null. */
    public <T> Optional<T> optional(String name, Function<String, T> rule) {
        JsonNode node = fields.remove(name);
        return node == null || node.isNull() ? Optional.empty() : Optional.ofNullable(read(name, node, rule));
    }

    /** A field that may be missing, which means that what it tells of stays, or null, which means that it goes. */
    public <T> Patch<T> patch(String name, Function<String, T> rule) {
        boolean told = fields.has(name);
        Optional<T> value = optional(name, rule);
        return !told ? Patch.keep() : value.map(Patch::set).orElseGet(Patch::clear);
    }

    /** A field that must be there, with a UUID, or with an object that refers to one where there is something to refer to. */
    public <T> T id(String name, Function<UUID, T> rule) {
        JsonNode node = fields.get(name);
        if (node instanceof ObjectNode reference && references.isPresent()) {
            fields.remove(name);
            return referred(name, reference, rule);
        }
        return required(name, text -> {
            if (!ID.matcher(text).matches()) {
                throw new IllegalArgumentException("must be a UUID, such as 6f9c52c1-7f3e-4c52-9df8-5c5a0e0b8a11");
            }
            return rule.apply(UUID.fromString(text));
        });
    }

    /** A field that may be missing or null, with a whole number from 0 to 2<sup>63</sup> − 1. */
    public <T> Optional<T> optionalNumber(String name, LongFunction<T> rule) {
        JsonNode node = fields.remove(name);
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (isForm && node.isTextual() && node.textValue().matches("\\d{1,18}")) {
            return Optional.of(rule.apply(Long.parseLong(node.textValue())));
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            violation(
                    name, "must be a whole number from 0 to 2^63 - 1" + (node.isNumber() ? "" : ", not " + kind(node)));
            return Optional.empty();
        }
        return Optional.of(rule.apply(node.longValue()));
    }

    /** Notes what is wrong; with the empty name, with all of it. */
    public void violation(String name, String message) {
        String field = path + name;
        violations.add(new Violation(
                name.isEmpty() && field.endsWith(".") ? field.substring(0, field.length() - 1) : field, message));
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

    private <T> T referred(String name, ObjectNode reference, Function<UUID, T> rule) {
        JsonNode target = reference.get(RESULT);
        if (reference.size() != 1
                || !(target instanceof ArrayNode)
                || target.size() != 2
                || !target.get(0).isInt()
                || !target.get(1).isTextual()) {
            violation(name, "must be a UUID, or {\"" + RESULT + "\":[index, \"" + name + "\"]}");
            return null;
        }
        if (!target.get(1).textValue().equals(name)) {
            violation(name, "must refer to a result's " + name);
            return null;
        }
        try {
            return references
                    .orElseThrow()
                    .id(target.get(0).intValue(), name)
                    .map(rule)
                    .orElse(null);
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

package page.bits.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The AsyncAPI document of the streams, as it is among the docs. */
final class StreamsSchema {

    private static final Path FILE = Path.of(System.getProperty("bits.root"), "docs", "reference", "asyncapi.yaml");

    private final JsonNode document;

    /** Of messages' payloads and headers, by their place in the document. */
    private final Map<String, Schema> schemas = new HashMap<>();

    StreamsSchema() {
        try {
            document = new YAMLMapper().readTree(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The places that it refers to and that are not there. */
    List<String> danglingReferences() {
        return document.findValuesAsText("$ref").stream()
                .filter(reference ->
                        document.at(reference.replaceFirst("^#", "")).isMissingNode())
                .toList();
    }

    /** The names of the messages of a channel. */
    Set<String> messages(String channel) {
        Set<String> names = new TreeSet<>();
        document.at("/channels/" + channel + "/messages").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The names of all messages. */
    Set<String> messages() {
        Set<String> names = new TreeSet<>();
        document.at("/components/messages").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** What it says of a message, examples included. */
    JsonNode message(String name) {
        return document.at("/components/messages/" + name);
    }

    /**
     * What is wrong with a payload. A field that the document does not know is wrong here: readers leave it aside, but whoever
     * adds one has to tell of it.
     */
    List<String> payloadErrors(String message, String payload) {
        return errors("/components/messages/" + message + "/payload", payload);
    }

    List<String> headerErrors(String message, String headers) {
        return errors("/components/messages/" + message + "/headers", headers);
    }

    private List<String> errors(String place, String json) {
        return schemas.computeIfAbsent(place, this::schema).validate(json, InputFormat.JSON).stream()
                .map(Error::toString)
                .toList();
    }

    private Schema schema(String place) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        // Draft 7, of which AsyncAPI's own dialect is a superset, passes over what stands beside a reference.
        schema.putArray("allOf").add(document.at(place).deepCopy());
        schema.set("components", document.get("components").deepCopy());
        forbidUnknownFields(schema);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                .getSchema(schema.toString(), InputFormat.JSON);
    }

    private static void forbidUnknownFields(JsonNode schema) {
        schema.forEach(StreamsSchema::forbidUnknownFields);
        if (schema instanceof ObjectNode object
                && object.path("type").asText().equals("object")
                && object.has("properties")) {
            object.put("additionalProperties", false);
        }
    }
}

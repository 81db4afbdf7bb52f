package page.bits.view.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import page.bits.view.Json;
import page.bits.view.ViewKey;

/**
 * One view as a reader of JSON keeps it: made of the items it was sent, by nothing but what the contract says of {@code snapshot},
 * {@code delta} and {@code gone}. Whatever can't be applied is an error.
 */
final class Replica {

    /** What there is of a view that is none. */
    static final String GONE = "gone";

    private final ViewKey name;
    private final ObjectMapper mapper = new ObjectMapper();
    private final Json json;
    private final Map<String, JsonNode> items = new HashMap<>();
    private ObjectNode rest;

    Replica(ViewKey name, Json json) {
        this.name = name;
        this.json = json;
    }

    void apply(String event, JsonNode data) {
        assertEquals(name.feature(), data.get("feature").asText(), "a feature that was not asked for");
        assertEquals(name.key(), data.get("key").asText(), "a key that was not asked for");
        switch (event) {
            case "snapshot" -> {
                items.clear();
                rest = data.get("view").deepCopy();
                if (rest.has(list())) {
                    rest.get(list()).forEach(this::put);
                }
            }
            case "delta" -> {
                assertTrue(rest != null, "a delta for a reader that has nothing");
                Set<String> removed = new HashSet<>();
                for (JsonNode id : data.get("remove")) {
                    removed.add(id.asText());
                    assertTrue(items.remove(id.asText()) != null, "removed what was not there: " + id);
                }
                data.get("put").forEach(this::put);
                data.get("deleted").forEach(id -> assertTrue(removed.contains(id.asText()), "deleted, not removed"));
                if (data.has("post")) {
                    rest.set("post", data.get("post"));
                }
            }
            case "gone" -> {
                items.clear();
                rest = null;
            }
            default -> throw new AssertionError(event);
        }
    }

    private void put(JsonNode item) {
        items.put(item.get("id").asText(), item);
    }

    /** The view as JSON, as it would be in a reply, or {@link #GONE}. */
    String view() {
        if (rest == null) {
            return GONE;
        }
        if (rest.has(list())) {
            Comparator<JsonNode> order =
                    Comparator.comparingLong(item -> item.get("order").asLong());
            ArrayNode list = mapper.createArrayNode();
            items.values().stream()
                    .sorted(name.feature().equals("posts") ? order.reversed() : order)
                    .forEach(list::add);
            rest.set(list(), list);
        }
        return json.write(rest);
    }

    private String list() {
        return name.feature().equals("posts") ? "posts" : "comments";
    }
}

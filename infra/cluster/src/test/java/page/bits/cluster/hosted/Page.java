package page.bits.cluster.hosted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A creator's page as a reader holds it: makes of the events of a stream what the contract says, and writes down every way in
 * which they break it. An event that was left out shows where the page is compared with the truth, if not before. Any thread.
 */
final class Page {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WINDOW = 50;

    /** As {@link Load} makes them, wherever they are in HTML. */
    private static final Pattern TEXT = Pattern.compile("[a-z0-9-]+#[0-9]+");

    private final Map<String, JsonNode> posts = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final List<String> texts = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private String epoch = "";
    private long t = -1;
    private long newestOrder = -1;

    /** The version that it shows; -1 before the first event. */
    synchronized long t() {
        return t;
    }

    /** The id of the version that it shows. */
    synchronized String eventId() {
        return epoch + "." + t;
    }

    /** Begins with what a page of HTML told, instead of with a snapshot. */
    synchronized void startAt(String eventId) {
        Event start = new Event("start", eventId, "");
        epoch = start.epoch();
        t = start.t().orElseThrow();
    }

    /** Every text that ever came up, in this order. */
    synchronized List<String> texts() {
        return List.copyOf(texts);
    }

    synchronized boolean hasShown(String text) {
        return seen.contains(text);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** Newest first. */
    synchronized List<JsonNode> posts() {
        return posts.values().stream()
                .sorted(Comparator.comparingLong(Page::order).reversed())
                .toList();
    }

    synchronized void take(Event event) {
        try {
            switch (event.name()) {
                case "snapshot" -> snapshot(event, JSON.readTree(event.data()));
                case "delta" -> delta(event, JSON.readTree(event.data()));
                case "morph" -> morph(event);
                case "keepalive" -> keepalive(JSON.readTree(event.data()));
                case "reconnect" -> {
                    // For whoever connects.
                }
                default -> violations.add("unexpected event: " + event);
            }
        } catch (JsonProcessingException e) {
            violations.add("not JSON: " + event);
        }
    }

    private void snapshot(Event event, JsonNode data) {
        if (event.t().orElse(-1) < t) {
            violations.add("snapshot at t %d after t %d".formatted(event.t().orElse(-1), t));
        }
        moveTo(event);
        checkT(event, data);
        posts.clear();
        data.path("view").path("posts").forEach(post -> posts.put(id(post), post));
        showOldestFirst(data.path("view").path("posts"));
        checkWindow();
    }

    private void delta(Event event, JsonNode data) {
        if (event.t().orElse(-1) <= t) {
            violations.add("delta at t %d after t %d".formatted(event.t().orElse(-1), t));
        }
        moveTo(event);
        checkT(event, data);
        Set<String> removed = new HashSet<>();
        for (JsonNode remove : data.path("remove")) {
            removed.add(remove.asText());
            if (posts.remove(remove.asText()) == null) {
                violations.add("t %d removes %s, which was not there".formatted(t, remove.asText()));
            }
        }
        for (JsonNode deleted : data.path("deleted")) {
            if (!removed.contains(deleted.asText())) {
                violations.add("t %d deletes %s without removing it".formatted(t, deleted.asText()));
            }
        }
        for (JsonNode put : data.path("put")) {
            if (put.equals(posts.put(id(put), put))) {
                violations.add("t %d puts %s, which was there already".formatted(t, id(put)));
            }
        }
        showOldestFirst(data.path("put"));
        checkWindow();
    }

    private void morph(Event event) {
        if (event.t().orElse(-1) < t) {
            violations.add("morph at t %d after t %d".formatted(event.t().orElse(-1), t));
        }
        moveTo(event);
        List<String> shown = new ArrayList<>();
        Matcher matcher = TEXT.matcher(event.data());
        while (matcher.find()) {
            shown.add(matcher.group());
        }
        Collections.reverse(shown);
        shown.forEach(this::show);
    }

    private void keepalive(JsonNode data) {
        if (data.path("t").asLong(-1) < t) {
            violations.add("keepalive at t %s after t %d".formatted(data.path("t"), t));
        }
    }

    private void moveTo(Event event) {
        if (event.t().isEmpty()) {
            violations.add("no event id: " + event);
            return;
        }
        if (!epoch.isEmpty() && !epoch.equals(event.epoch())) {
            violations.add("epoch %s after %s".formatted(event.epoch(), epoch));
        }
        epoch = event.epoch();
        t = event.t().getAsLong();
    }

    private void checkT(Event event, JsonNode data) {
        if (data.path("t").asLong(-1) != event.t().orElse(-2)) {
            violations.add("event %s says t %s".formatted(event.id(), data.path("t")));
        }
    }

    private void checkWindow() {
        if (posts.size() > WINDOW) {
            violations.add("t %d makes it %d posts".formatted(t, posts.size()));
        }
    }

    private void showOldestFirst(JsonNode newestFirst) {
        List<JsonNode> shown = new ArrayList<>();
        newestFirst.forEach(shown::add);
        shown.sort(Comparator.comparingLong(Page::order));
        for (JsonNode post : shown) {
            String text = post.path("text").asText();
            if (!seen.contains(text) && order(post) < newestOrder) {
                violations.add("%s came up at t %d, after newer ones".formatted(text, t));
            }
            newestOrder = Math.max(newestOrder, order(post));
            show(text);
        }
    }

    private void show(String text) {
        if (seen.add(text)) {
            texts.add(text);
        }
    }

    private static String id(JsonNode post) {
        return post.path("id").asText();
    }

    private static long order(JsonNode post) {
        return post.path("order").asLong();
    }
}

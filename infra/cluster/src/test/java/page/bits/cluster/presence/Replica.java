package page.bits.cluster.presence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import page.bits.cluster.hosted.Event;

/**
 * What a page makes of the events of a presence stream, over all its connections; and what breaks the contract in itself,
 * whoever is there. Not for several threads at once.
 */
final class Replica {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String room;
    private final Map<String, Named> viewers = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();
    private String epoch = "";
    private long t = -1;
    private long confirmed = -1;
    private int count;
    private int anonymous;
    private boolean stale;
    private boolean isFirst = true;
    private boolean resumes;

    Replica(String room) {
        this.room = room;
    }

    /** What it shows; empty before the first snapshot. */
    Optional<Presence> shown() {
        return t < 0
                ? Optional.empty()
                : Optional.of(
                        new Presence(count, viewers.values().stream().sorted().toList(), anonymous));
    }

    /** Of what it shows. */
    OptionalLong t() {
        return t < 0 ? OptionalLong.empty() : OptionalLong.of(t);
    }

    /** The newest t that it was told to show the state of: a keepalive says that nothing has changed up to its own. */
    long confirmed() {
        return confirmed;
    }

    /** What its stream said last. */
    boolean isStale() {
        return stale;
    }

    List<String> violations() {
        return violations;
    }

    /** A new connection begins, with the last event's id wherever there is one. */
    void connect() {
        isFirst = true;
        resumes = t >= 0;
    }

    /** Takes the next event. */
    void take(Event event) {
        try {
            JsonNode data = JSON.readTree(event.data());
            switch (event.name()) {
                case "snapshot" -> snapshot(event, data);
                case "delta" -> delta(event, data);
                case "keepalive" -> keepalive(data);
                case "reconnect" -> reconnect(data);
                default -> breach("unexpected event: " + event);
            }
            isFirst = false;
        } catch (JsonProcessingException e) {
            breach("not JSON: " + event);
        }
    }

    private void snapshot(Event event, JsonNode data) {
        boolean isBehind = event.t().orElse(-1) < t; // who can't catch up says so by a snapshot
        if (!isFirst || resumes && !isBehind) {
            breach("a snapshot at %s where a delta from t %d was due".formatted(event.id(), t));
        }
        moveTo(event, data);
        viewers.clear();
        data.path("viewers").forEach(viewer -> viewers.put(Named.of(viewer).id(), Named.of(viewer)));
        takeCounts(data);
        List<Named> sent = new ArrayList<>(viewers.values());
        if (!sent.equals(sent.stream().sorted().toList())) {
            breach("t %d has viewers out of order: %s".formatted(t, sent));
        }
    }

    private void delta(Event event, JsonNode data) {
        if (event.t().orElse(-1) <= t || t < 0) {
            breach("a delta at t %d after t %d".formatted(event.t().orElse(-1), t));
        }
        moveTo(event, data);
        for (JsonNode left : data.path("left")) {
            if (viewers.remove(left.asText()) == null) {
                breach("t %d says that %s left, who was not there".formatted(t, left.asText()));
            }
        }
        for (JsonNode joined : data.path("joined")) {
            Named viewer = Named.of(joined);
            if (viewer.equals(viewers.put(viewer.id(), viewer))) {
                breach("t %d says that %s joined, who was there".formatted(t, viewer));
            }
        }
        takeCounts(data);
    }

    private void takeCounts(JsonNode data) {
        count = data.path("count").asInt(-1);
        anonymous = data.path("anonymous").asInt(-1);
        stale = data.path("stale").asBoolean(true);
        if (anonymous != count - viewers.size() || anonymous < 0) {
            breach("t %d has %d viewers by name and %d without, and says %d"
                    .formatted(t, viewers.size(), anonymous, count));
        }
        if (viewers.size() > Presence.WINDOW) {
            breach("t %d has %d viewers by name".formatted(t, viewers.size()));
        }
    }

    private void keepalive(JsonNode data) {
        stale = data.path("stale").asBoolean(true);
        if (data.path("t").asLong(-1) < t) {
            breach("a keepalive at t %s after t %d".formatted(data.path("t"), t));
        }
        confirmed = Math.max(confirmed, data.path("t").asLong(-1));
    }

    private void reconnect(JsonNode data) {
        long retry = data.path("retry").asLong(-1);
        if (retry < 0 || retry > 2_000) {
            breach("told to reconnect in %s ms".formatted(data.path("retry")));
        }
    }

    private void moveTo(Event event, JsonNode data) {
        if (!epoch.isEmpty() && !epoch.equals(event.epoch())) {
            breach("epoch %s after %s".formatted(event.epoch(), epoch));
        }
        if (data.path("t").asLong(-1) != event.t().orElse(-2)) {
            breach("event %s says t %s".formatted(event.id(), data.path("t")));
        }
        if (!data.path("creator").asText().equals(room)) {
            breach("event %s is about %s".formatted(event.id(), data.path("creator")));
        }
        epoch = event.epoch();
        t = event.t().orElse(t);
        confirmed = t;
    }

    private void breach(String what) {
        violations.add(room + ": " + what);
    }
}

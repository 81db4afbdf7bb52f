package page.bits.cluster.presence;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who is on a page, as everybody is shown it.
 *
 * @param count everyone
 * @param viewers the first of the named ones, in order
 * @param anonymous all who are not in {@code viewers}
 */
record Presence(int count, List<Named> viewers, int anonymous) {

    static final int WINDOW = 100;

    Presence {
        viewers = List.copyOf(viewers);
    }

    /** What a node answers, or a snapshot says. */
    static Presence of(JsonNode json) {
        List<Named> viewers = new ArrayList<>();
        json.path("viewers").forEach(viewer -> viewers.add(Named.of(viewer)));
        return new Presence(
                json.path("count").asInt(-1), viewers, json.path("anonymous").asInt(-1));
    }

    static Presence of(Collection<Named> named, int nameless) {
        List<Named> window = named.stream().sorted().limit(WINDOW).toList();
        int count = named.size() + nameless;
        return new Presence(count, window, count - window.size());
    }
}

package page.bits.cluster.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import page.bits.cluster.history.Thing.Comment;
import page.bits.cluster.history.Thing.Creator;
import page.bits.cluster.history.Thing.Deleted;
import page.bits.cluster.history.Thing.Post;

/** Makes things of datoms. */
final class Facts {

    private static final Set<String> STAY =
            Set.of("post/id", "post/deleted", "post/liked-by", "comment/id", "comment/deleted");

    private final Map<String, Map<String, Set<Object>>> values = new HashMap<>();
    private final Map<String, Long> textT = new HashMap<>();

    /** @return whatever the facts are about */
    Set<String> add(long t, List<Entry.Fact> facts) {
        Set<String> about = new HashSet<>();
        for (Entry.Fact fact : facts) {
            about.add(fact.about());
            Set<Object> all = values.computeIfAbsent(fact.about(), key -> new HashMap<>())
                    .computeIfAbsent(fact.attribute(), key -> new HashSet<>());
            if (fact.added()) {
                all.add(fact.value());
                if (fact.attribute().equals("post/text")) {
                    textT.put(fact.about(), t);
                }
            } else {
                all.remove(fact.value());
            }
        }
        return about;
    }

    Thing thing(String name) {
        if (is(name, "post/deleted") || is(name, "comment/deleted")) {
            Set<String> left = new TreeSet<>();
            values.get(name).forEach((attribute, all) -> {
                if (!all.isEmpty() && !STAY.contains(attribute)) {
                    left.add(attribute);
                }
            });
            return new Deleted(left, likedBy(name));
        }
        if (name.startsWith("creator:")) {
            return new Creator(
                    one(name, "creator/owner"), one(name, "creator/display-name"), count(name, "creator/posts"));
        }
        if (name.startsWith("comment:")) {
            return new Comment(one(name, "comment/post"), one(name, "comment/author"), one(name, "comment/text"));
        }
        return new Post(
                one(name, "post/creator"),
                one(name, "post/text"),
                textT.getOrDefault(name, -1L),
                likedBy(name),
                count(name, "post/likes"),
                count(name, "post/comments"));
    }

    private Set<String> likedBy(String name) {
        return all(name, "post/liked-by").stream().map(Object::toString).collect(Collectors.toSet());
    }

    Map<String, Thing> things() {
        Map<String, Thing> things = new HashMap<>();
        values.keySet().forEach(name -> things.put(name, thing(name)));
        return things;
    }

    private Set<Object> all(String name, String attribute) {
        return values.getOrDefault(name, Map.of()).getOrDefault(attribute, Set.of());
    }

    /** Several values where there should be one are told as what they are. */
    private String one(String name, String attribute) {
        Set<Object> all = all(name, attribute);
        return all.size() == 1 ? all.iterator().next().toString() : all.toString();
    }

    /** A counter that was never touched is 0. */
    private long count(String name, String attribute) {
        Set<Object> all = all(name, attribute);
        if (all.isEmpty()) {
            return 0;
        }
        return all.size() == 1 ? ((Number) all.iterator().next()).longValue() : -1;
    }

    private boolean is(String name, String attribute) {
        return all(name, attribute).contains(true);
    }
}

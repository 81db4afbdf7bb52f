package page.bits.action;

import datomic.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import page.bits.peer.Attributes;
import page.bits.peer.Facts;

/** What the results of actions hold beyond what their transaction records: what only the database right after it tells. */
public final class Results {

    private static final List<String> WITH_LIKES = List.of(LikePost.NAME, UnlikePost.NAME);

    private Results() {}

    /**
     * The results as the reply tells them.
     *
     * @param names of the actions
     * @param recorded their results, as many
     * @param at the database right after the transaction, which is the same whenever it is asked for
     */
    public static List<Map<String, Object>> of(List<String> names, List<Map<String, Object>> recorded, Database at) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> of(names.get(i), recorded.get(i), at))
                .toList();
    }

    private static Map<String, Object> of(String name, Map<String, Object> recorded, Database at) {
        if (!WITH_LIKES.contains(name)) {
            return recorded;
        }
        Map<String, Object> result = new LinkedHashMap<>(recorded);
        result.put(
                "likes",
                likes(at, new PostId(UUID.fromString(recorded.get("postId").toString()))));
        return result;
    }

    /** Counted with each like (see {@link Op.Include}), so that this costs the same for any number. */
    private static long likes(Database at, PostId post) {
        return Facts.count(at, at.entid(post.lookupRef()), Attributes.POST_LIKES);
    }
}

package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** What clients tell each other of, so that they act on the same things. Any thread. */
final class Known {

    /** Who acts on something acts on one of the newest, more often than not. */
    private static final int NEWEST = 4;

    private final List<String> handles = new ArrayList<>();
    private final List<String> posts = new ArrayList<>();
    private final List<String> comments = new ArrayList<>();
    private final Map<String, Long> textT = new ConcurrentHashMap<>();
    private final Map<String, String> owners = new ConcurrentHashMap<>();

    /** Notes what an acknowledged request has made. */
    synchronized void learn(Asked asked, Attempt attempt) {
        for (int i = 0; i < asked.asks().size(); i++) {
            Ask ask = asked.asks().get(i);
            Map<String, String> result = attempt.results().get(i);
            if (ask instanceof Ask.RegisterCreator register) {
                owners.put(register.handle(), asked.actor());
                handles.add(register.handle());
            } else if (ask instanceof Ask.PublishPost) {
                textT.put(result.get("postId"), attempt.t());
                posts.add(result.get("postId"));
            } else if (ask instanceof Ask.EditPost) {
                textT.merge(result.get("postId"), attempt.t(), Math::max);
            } else if (ask instanceof Ask.CommentOnPost) {
                comments.add(result.get("commentId"));
            }
        }
    }

    Optional<String> handle(Random random) {
        return one(handles, random);
    }

    /** One of those that the actor owns. */
    synchronized Optional<String> handleOf(String actor, Random random) {
        return one(
                handles.stream()
                        .filter(handle -> actor.equals(owners.get(handle)))
                        .toList(),
                random);
    }

    Optional<String> post(Random random) {
        return one(posts, random);
    }

    Optional<String> comment(Random random) {
        return one(comments, random);
    }

    /** The newest t that anyone was told of an edit, or of the post itself. */
    long textT(String post) {
        return textT.get(post);
    }

    private synchronized Optional<String> one(List<String> all, Random random) {
        if (all.isEmpty()) {
            return Optional.empty();
        }
        int from = random.nextInt(4) == 0 ? 0 : Math.max(0, all.size() - NEWEST);
        return Optional.of(all.get(from + random.nextInt(all.size() - from)));
    }
}

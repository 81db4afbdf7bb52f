package page.bits.cluster.hosted;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Compares what authors were told about their posts with what there is in the end. */
final class Ledger {

    private Ledger() {}

    /** All that does not fit together. */
    static List<String> violations(List<Load.Post> posts, List<StoredPosts.Post> stored) {
        Map<String, List<StoredPosts.Post>> byText =
                new HashMap<>(stored.stream().collect(Collectors.groupingBy(StoredPosts.Post::text)));
        List<String> violations = new ArrayList<>();
        for (Load.Post post : posts) {
            List<StoredPosts.Post> found = byText.getOrDefault(post.text(), List.of());
            byText.remove(post.text());
            if (post.accepted().isPresent()) {
                checkAccepted(post.text(), post.accepted().get(), found, violations);
            } else if (!post.isLeft()) {
                // Nobody knows, but it is the same for everyone.
                if (found.size() > 1) {
                    violations.add("%s is there %d times".formatted(post.text(), found.size()));
                }
            } else if (!found.isEmpty()) {
                violations.add("%s was never submitted, and is there: %s".formatted(post, found));
            }
        }
        byText.keySet().forEach(text -> violations.add(text + " is there, and nobody posted it"));
        return violations;
    }

    private static void checkAccepted(
            String text, Author.Answer accepted, List<StoredPosts.Post> found, List<String> violations) {
        if (found.isEmpty()) {
            violations.add(text + " was accepted, and is lost");
        } else if (found.size() > 1) {
            violations.add("%s is there %d times".formatted(text, found.size()));
        } else if (!found.get(0).id().equals(accepted.postId()) || found.get(0).t() != accepted.t()) {
            violations.add("%s was accepted with %s, and is %s".formatted(text, accepted.body(), found.get(0)));
        }
    }
}

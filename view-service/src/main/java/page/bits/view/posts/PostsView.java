package page.bits.view.posts;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import page.bits.view.post.Post;

/**
 * A creator's newest posts.
 *
 * @param posts newest first, at most {@link PostsFeature#WINDOW}
 */
public record PostsView(List<Post> posts) {

    public PostsView {
        posts = List.copyOf(posts);
    }

    /** The post that older ones may come before; none where it is known that there are none. */
    public Optional<UUID> older() {
        return posts.size() < PostsFeature.WINDOW
                ? Optional.empty()
                : Optional.of(posts.get(posts.size() - 1).id());
    }
}

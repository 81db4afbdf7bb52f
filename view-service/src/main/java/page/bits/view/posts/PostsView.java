package page.bits.view.posts;

import java.util.List;
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
}

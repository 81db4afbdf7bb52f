package page.bits.view.likes;

import java.util.List;
import java.util.UUID;

/**
 * What of a creator is liked most.
 *
 * @param posts the most liked first; of those with as many likes, the newest
 */
public record LikesView(List<LikedPost> posts) {

    public LikesView {
        posts = List.copyOf(posts);
    }

    /** A post and its likes. */
    public record LikedPost(UUID id, String text, long likes) {}
}

package page.bits.view.post;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * A post and its newest comments.
 *
 * @param comments oldest first, at most {@link PostFeature#WINDOW}
 * @param more whether there are older ones, which the number of comments does not tell of an earlier time or of an older part;
 *     for the fragment alone, since JSON has a {@code Link} for it
 */
@JsonPropertyOrder({"post", "comments"})
@JsonIncludeProperties({"post", "comments"})
public record PostView(Post post, List<Comment> comments, boolean more) {

    public PostView {
        comments = List.copyOf(comments);
    }
}

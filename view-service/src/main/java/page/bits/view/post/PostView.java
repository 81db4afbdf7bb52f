package page.bits.view.post;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * A post and its newest comments.
 *
 * @param comments oldest first, at most {@link PostFeature#WINDOW}
 */
@JsonPropertyOrder({"post", "comments"})
public record PostView(Post post, List<Comment> comments) {

    public PostView {
        comments = List.copyOf(comments);
    }
}

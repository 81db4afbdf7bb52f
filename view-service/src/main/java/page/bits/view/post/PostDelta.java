package page.bits.view.post;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import page.bits.view.Changes;

/**
 * What leads from one {@link PostView} to another.
 *
 * @param post the whole post, where it changed itself
 * @param comments what became of the comments
 */
@JsonPropertyOrder({"post", "comments"})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record PostDelta(Optional<Post> post, @JsonUnwrapped Changes<Comment> comments) {

    /** @param exists whether a comment is still there, shown or not */
    static PostDelta between(PostView from, PostView to, Predicate<UUID> exists) {
        return new PostDelta(
                to.post().equals(from.post()) ? Optional.empty() : Optional.of(to.post()),
                Changes.between(from.comments(), to.comments(), Comment::id, exists));
    }
}

package page.bits.view.creator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Optional;

/**
 * A creator as readers see one.
 *
 * @param posts how many posts they have
 */
@JsonPropertyOrder({"handle", "displayName", "bio", "avatarUrl", "posts"})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Creator(
        String handle, String displayName, Optional<String> bio, Optional<String> avatarUrl, long posts) {}

package page.bits.view.post;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A post as readers see it.
 *
 * @param order greater is newer, stable for life, below 2^53; {@code createdAt} may tie, this never does
 * @param creator the creator's handle
 * @param createdAt the instant of the transaction that published it
 * @param editedAt the instant of the transaction that last changed its text, where that was a later one
 * @param likes how many actors like it
 * @param comments how many comments it has
 */
@JsonPropertyOrder({"id", "order", "creator", "text", "imageUrl", "createdAt", "editedAt", "likes", "comments"})
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Post(
        UUID id,
        long order,
        String creator,
        String text,
        Optional<String> imageUrl,
        Instant createdAt,
        Optional<Instant> editedAt,
        long likes,
        long comments) {}

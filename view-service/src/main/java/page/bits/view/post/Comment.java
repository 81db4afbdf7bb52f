package page.bits.view.post;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.UUID;

/**
 * A comment as readers see it.
 *
 * @param order greater is newer, stable for life, below 2^53; {@code createdAt} may tie, this never does
 * @param createdAt the instant of the transaction that made it
 */
@JsonPropertyOrder({"id", "order", "author", "text", "createdAt"})
public record Comment(UUID id, long order, Author author, String text, Instant createdAt) {

    /**
     * Who wrote it.
     *
     * @param id what others see of an actor's identity
     * @param name what they are called now, not when they wrote it; empty where they never told
     */
    @JsonPropertyOrder({"id", "name"})
    public record Author(String id, String name) {}
}

package page.bits.view;

import java.util.Optional;
import java.util.UUID;

/**
 * A view of some of its items, and where the older ones begin.
 *
 * @param next the oldest item that it shows, for {@code before}; none where no older ones follow
 */
public record Slice<V>(V view, Optional<UUID> next) {

    /** One that nothing follows. */
    public static <V> Slice<V> whole(V view) {
        return new Slice<>(view, Optional.empty());
    }
}

package page.bits.view;

import java.util.Optional;
import java.util.UUID;

/** Reads the ids of posts and comments. */
public final class Uuids {

    private Uuids() {}

    /**
     * None where it is not an id in its one canonical spelling: a thing that has several keys would be several views, of which
     * a transaction touches one.
     */
    public static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equals(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

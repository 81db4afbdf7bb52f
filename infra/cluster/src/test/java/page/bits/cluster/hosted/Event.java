package page.bits.cluster.hosted;

import java.util.OptionalLong;

/**
 * What an event stream hands to its reader.
 *
 * @param id the event's own; empty if it has none
 */
public record Event(String name, String id, String data) {

    /** The t of an id that is {@code <epoch>.<t>}. */
    public OptionalLong t() {
        return id.matches("[a-z0-9]{1,16}\\.[0-9]{1,18}")
                ? OptionalLong.of(Long.parseLong(id.substring(id.indexOf('.') + 1)))
                : OptionalLong.empty();
    }

    public String epoch() {
        return id.substring(0, Math.max(0, id.indexOf('.')));
    }
}

package page.bits.sse;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An event's id, {@code <epoch>.<version>}: what a reader resumes from, at any node.
 *
 * @param epoch the history that the version belongs to: 1 to 16 of {@code [a-z0-9]}
 * @param version 0 or more
 */
public record EventId(String epoch, long version) {

    private static final Pattern EPOCH = Pattern.compile("[a-z0-9]{1,16}");
    private static final Pattern ID = Pattern.compile("(" + EPOCH + ")\\.(0|[1-9][0-9]{0,17})");

    public EventId {
        if (!EPOCH.matcher(epoch).matches() || version < 0) {
            throw new IllegalArgumentException("not an event id: " + epoch + "." + version);
        }
    }

    /** Reads what a reader sent; none where it is not an id in its one canonical spelling. */
    public static Optional<EventId> parse(String text) {
        Matcher id = ID.matcher(text);
        return id.matches() ? Optional.of(new EventId(id.group(1), Long.parseLong(id.group(2)))) : Optional.empty();
    }

    @Override
    public String toString() {
        return epoch + "." + version;
    }
}

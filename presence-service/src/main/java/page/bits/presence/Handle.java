package page.bits.presence;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose page it is. Whether there is such a creator is not known here: the database of presence holds nobody but viewers.
 *
 * @param value 2 to 30 of {@code [a-z0-9-]}, the first not a hyphen
 */
public record Handle(String value) {

    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{1,29}");

    public Handle {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("not a handle: " + value);
        }
    }

    static Optional<Handle> parse(String text) {
        return VALID.matcher(text).matches() ? Optional.of(new Handle(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}

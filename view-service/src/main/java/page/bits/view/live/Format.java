package page.bits.view.live;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a stream's events hold. */
public enum Format {
    /** {@code snapshot} and {@code delta}. */
    JSON,
    /** {@code morph}. */
    HTML;

    /** As the {@code format} parameter names it. */
    public static Optional<Format> named(String name) {
        return Arrays.stream(values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }
}

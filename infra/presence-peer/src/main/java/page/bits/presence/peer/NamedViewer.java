package page.bits.presence.peer;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A signed-in viewer as a room holds it.
 *
 * @param id of the actor: 22 of {@code [A-Za-z0-9_-]}
 * @param name what others see, not blank
 * @param since when the viewer came, in whole milliseconds; from 1970 to 5188, which is as far as 9 digits go
 */
public record NamedViewer(String id, String name, Instant since) {

    /** As late as 9 digits can tell. */
    public static final Instant LATEST = Instant.ofEpochMilli(101_559_956_668_415L);

    /** What an actor's id looks like. */
    public static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{22}");

    private static final int SINCE_DIGITS = 9;
    private static final int NAME_AT = SINCE_DIGITS + 22;
    private static final int RADIX = 36;

    /** @throws IllegalArgumentException when one of them is not as told above */
    public NamedViewer {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("an actor's id is 22 of [A-Za-z0-9_-], not '" + id + "'");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of " + id + " is blank");
        }
        if (since.getNano() % 1_000_000 != 0 || since.toEpochMilli() < 0 || since.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    since + " can't be told in " + SINCE_DIGITS + " digits of milliseconds since 1970");
        }
    }

    /** Those of one room sort by when they came, and then by id. */
    public String encoded() {
        String digits = Long.toString(since.toEpochMilli(), RADIX);
        return "0".repeat(SINCE_DIGITS - digits.length()) + digits + id + name;
    }

    /** @throws IllegalArgumentException when it is not what {@link #encoded()} makes */
    public static NamedViewer parse(String encoded) {
        if (encoded.length() <= NAME_AT) {
            throw new IllegalArgumentException("'" + encoded + "' is too short for a viewer");
        }
        NamedViewer viewer = new NamedViewer(
                encoded.substring(SINCE_DIGITS, NAME_AT),
                encoded.substring(NAME_AT),
                Instant.ofEpochMilli(Long.parseLong(encoded.substring(0, SINCE_DIGITS), RADIX)));
        if (!viewer.encoded().equals(encoded)) {
            throw new IllegalArgumentException("'" + encoded + "' is not how " + viewer + " is written");
        }
        return viewer;
    }
}

package page.bits.identity;

import java.util.Optional;
import page.bits.http.Text;

/**
 * What others see of an actor.
 *
 * @param value 1 to 80 code points on one line
 */
public record ActorName(String value) {

    /** Of a guest who gave none. */
    public static final ActorName GUEST = new ActorName("Guest");

    /** Of someone whose provider tells none that can be shown. */
    static final ActorName UNNAMED = new ActorName("Someone");

    private static final int MAX = 80;

    public ActorName {
        value = Text.ofOneLine(value, 1, MAX);
    }

    /**
     * A name out of what someone else holds to be one: control characters and unpaired surrogates become spaces, many spaces
     * become one, and what is too long is cut. Empty where nothing is left that could be seen.
     */
    static Optional<ActorName> cleaned(String told) {
        StringBuilder kept = new StringBuilder();
        told.codePoints()
                .map(c -> isKept(c) ? c : ' ')
                .filter(c -> c != ' ' || !kept.isEmpty() && kept.charAt(kept.length() - 1) != ' ')
                .forEach(kept::appendCodePoint);
        String line = kept.toString().strip();
        if (line.codePointCount(0, line.length()) > MAX) {
            line = line.substring(0, line.offsetByCodePoints(0, MAX));
        }
        return line.codePoints().anyMatch(ActorName::isVisible) ? Optional.of(new ActorName(line)) : Optional.empty();
    }

    private static boolean isKept(int c) {
        return !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
    }

    private static boolean isVisible(int c) {
        return !Character.isWhitespace(c)
                && !Character.isSpaceChar(c)
                && Character.getType(c) != Character.FORMAT
                && Character.getType(c) != Character.UNASSIGNED;
    }

    @Override
    public String toString() {
        return value;
    }
}

package page.bits.http;

/**
 * What holds for every text that a client sends. It is kept without the white space at its ends, as {@link String#strip()}
 * sees it (so no-break spaces stay), and its length is the number of code points of what is kept: an emoji of one code point
 * counts once. An unpaired surrogate is refused, since no encoding can carry it and Datomic would keep a question mark.
 *
 * <p>Everything else that JSON allows is kept as it came, also line breaks and control characters: storage takes them, and
 * whoever shows a text encodes it. Only a text of one line may not hold control characters.
 */
public final class Text {

    private Text() {}

    /**
     * The text as it is kept.
     *
     * @throws IllegalArgumentException with a message for the sender where it has fewer than {@code min} or more than
     *     {@code max} code points, or an unpaired surrogate
     */
    public static String of(String sent, int min, int max) {
        requirePairedSurrogates(sent);
        String kept = sent.strip();
        int length = kept.codePointCount(0, kept.length());
        if (length < min) {
            throw new IllegalArgumentException(
                    min == 1 ? "must not be empty" : "must have at least " + min + " characters");
        }
        if (length > max) {
            throw new IllegalArgumentException("must have at most " + max + " characters, not " + length);
        }
        return kept;
    }

    /** The same for a text without control characters, line breaks among them. */
    public static String ofOneLine(String sent, int min, int max) {
        String kept = of(sent, min, max);
        if (kept.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("must not hold line breaks or other control characters");
        }
        return kept;
    }

    /** @throws IllegalArgumentException with a message for the sender */
    public static void requirePairedSurrogates(String sent) {
        if (hasUnpairedSurrogate(sent)) {
            throw new IllegalArgumentException("must not hold an unpaired surrogate");
        }
    }

    /** What a client sent, safe and short enough to be repeated in an error. */
    public static String quoted(String sent) {
        String safe = wellFormed(sent);
        return safe.codePointCount(0, safe.length()) <= 100
                ? safe
                : safe.substring(0, safe.offsetByCodePoints(0, 100)) + "…";
    }

    private static String wellFormed(String sent) {
        if (!hasUnpairedSurrogate(sent)) {
            return sent;
        }
        StringBuilder safe = new StringBuilder(sent.length());
        sent.codePoints().forEach(c -> safe.appendCodePoint(isSurrogate(c) ? 0xFFFD : c));
        return safe.toString();
    }

    private static boolean hasUnpairedSurrogate(String sent) {
        // codePoints() joins pairs, so a surrogate that is still one has no partner.
        return sent.codePoints().anyMatch(Text::isSurrogate);
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}

package page.bits.view.page;

import io.quarkus.qute.TemplateExtension;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What templates may ask of values beside their own properties. */
@TemplateExtension
final class Readable {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final int EXCERPT = 80;

    private Readable() {}

    /** The absolute time that stands in the page until its script makes it relative. */
    static String readable(Instant instant) {
        return TIME.format(instant);
    }

    /** What stands for an avatar: the first letters of the first two words of a name. */
    static String initials(String name) {
        StringBuilder initials = new StringBuilder();
        for (String word : name.split("\\s+", 3)) {
            if (!word.isEmpty() && initials.codePointCount(0, initials.length()) < 2) {
                initials.appendCodePoint(Character.toTitleCase(word.codePointAt(0)));
            }
        }
        return initials.toString();
    }

    /** How a text begins, on one line: what stands for it in a title. */
    static String excerpt(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.codePointCount(0, line.length()) <= EXCERPT
                ? line
                : line.substring(0, line.offsetByCodePoints(0, EXCERPT - 1)) + "…";
    }

    /** 1,234 */
    static String grouped(long number) {
        return String.format(Locale.ENGLISH, "%,d", number);
    }
}

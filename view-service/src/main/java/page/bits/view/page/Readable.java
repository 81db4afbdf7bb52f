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

    private Readable() {}

    /** The absolute time that stands in the page until its script makes it relative. */
    static String readable(Instant instant) {
        return TIME.format(instant);
    }

    /** What stands for an avatar: the first letters of the first two words of the name. */
    static String initials(Creator creator) {
        StringBuilder initials = new StringBuilder();
        for (String word : creator.displayName().split("\\s+", 3)) {
            if (!word.isEmpty() && initials.codePointCount(0, initials.length()) < 2) {
                initials.appendCodePoint(Character.toTitleCase(word.codePointAt(0)));
            }
        }
        return initials.toString();
    }
}

package page.bits.cluster;

import java.time.Duration;
import java.time.Instant;

/** What the commands tell on the terminal: one line for each thing that happens. */
final class Console {

    private Console() {}

    static void say(String format, Object... values) {
        System.out.println("bits: " + format.formatted(values));
    }

    static void complain(String format, Object... values) {
        System.err.println("bits: " + format.formatted(values));
    }

    /** How long it is since then: "2.4 s". */
    static String since(Instant begun) {
        return "%.1f s".formatted(Duration.between(begun, Instant.now()).toMillis() / 1000.0);
    }
}

package page.bits.cluster;

import java.time.Duration;
import java.time.Instant;

/** Counts how often in a row something ended by itself shortly after its start, to tell when it is to be given up. */
final class QuickEnds {

    /** What an end by SIGKILL has for a status. */
    static final int SIGKILLED = 128 + 9;

    private static final int MOST = 6;
    private static final Duration QUICK = Duration.ofMinutes(1);

    private Instant begun = Instant.now();
    private int count;

    void begins() {
        begun = Instant.now();
    }

    Instant begun() {
        return begun;
    }

    /** @param byItself and not because somebody asked for it */
    void ends(boolean byItself) {
        if (Duration.between(begun, Instant.now()).compareTo(QUICK) >= 0) {
            count = 0;
        } else if (byItself) {
            count++;
        }
    }

    int count() {
        return count;
    }

    boolean areTooMany() {
        return count == MOST;
    }
}

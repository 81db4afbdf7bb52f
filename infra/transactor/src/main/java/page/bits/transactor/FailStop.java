package page.bits.transactor;

import org.jboss.logging.Logger;

/**
 * Ends the process where going on could break what was promised: after a write of the log whose outcome is not known, or when
 * another transactor is active. Whoever starts this process again starts from what the storage holds.
 */
final class FailStop {

    /** What the process ends with: its supervisor is to start it again. */
    static final int EXIT_CODE = 3;

    private static final Logger LOG = Logger.getLogger(FailStop.class);

    private FailStop() {}

    /** Does not return, and runs no shutdown hook: nothing more is written, acknowledged or broadcast. */
    static void now(String reason, Throwable cause) {
        try {
            LOG.fatalf(cause, "%s; this process ends with exit code %d", reason, EXIT_CODE);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}

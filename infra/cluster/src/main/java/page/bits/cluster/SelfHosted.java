package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Bits with data that last, and nothing to install: what {@code ./bits run --data}, {@code ./bits backup} and
 * {@code ./bits restore} do. A problem is one line on standard error and exit status 1.
 */
public final class SelfHosted {

    private SelfHosted() {}

    public static void main(String[] words) throws InterruptedException {
        int status = 1;
        try {
            Arguments arguments = Arguments.of(words);
            Settings settings = Settings.of(arguments);
            switch (arguments.command()) {
                case "run" -> status = new Installation(settings).run();
                case "backup" -> status = new Backup(settings).write(file(arguments));
                case "restore" -> status = new Restore(settings).from(file(arguments));
                default -> throw new IllegalArgumentException("no command " + arguments.command());
            }
        } catch (Refusal e) {
            Console.complain("%s", e.getMessage());
        } catch (IOException | SQLException e) {
            Console.complain("%s", e.getMessage() == null ? e.toString() : e.getMessage());
        }
        System.exit(status);
    }

    private static Path file(Arguments arguments) {
        return Path.of(arguments.files().get(0)).toAbsolutePath();
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Bits with data that last, and nothing to install: what {@code ./bits run --data}, {@code ./bits backup},
 * {@code ./bits restore} and {@code ./bits cluster} do. A problem is one line on standard error and exit status 1.
 */
public final class SelfHosted {

    private SelfHosted() {}

    public static void main(String[] words) throws InterruptedException {
        int status = 1;
        try {
            Arguments arguments = Arguments.of(words);
            status = switch (arguments.command()) {
                case "run" -> new Installation(Settings.of(arguments)).run();
                case "backup" -> new Backup(Settings.of(arguments)).write(file(arguments));
                case "restore" -> new Restore(Settings.of(arguments)).from(file(arguments));
                case "cluster" -> new ClusterRun(ClusterSettings.of(arguments)).run();
                case "cluster-status" -> control(arguments).status();
                case "cluster-stop" -> control(arguments).stop();
                case "cluster-kill" -> control(arguments).kill(name(arguments));
                case "cluster-restart" -> control(arguments).restart(name(arguments));
                default -> throw new IllegalArgumentException("no command " + arguments.command());
            };
        } catch (Refusal e) {
            Console.complain("%s", e.getMessage());
        } catch (IOException | SQLException e) {
            Console.complain("%s", e.getMessage() == null ? e.toString() : e.getMessage());
        }
        System.exit(status);
    }

    private static ClusterControl control(Arguments arguments) {
        return new ClusterControl(Path.of(arguments.value("data")));
    }

    private static String name(Arguments arguments) {
        return arguments.files().get(0);
    }

    private static Path file(Arguments arguments) {
        return Path.of(arguments.files().get(0)).toAbsolutePath();
    }
}

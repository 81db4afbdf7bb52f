package page.bits.transactor;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import org.jboss.logging.Logger;

/** Starts the transactor, and says in one line why where its configuration is wrong. */
@QuarkusMain
public class Main {

    public static void main(String... args) {
        Quarkus.run(null, Main::ended, args);
    }

    private static void ended(int code, Throwable failure) {
        if (failure != null) {
            Throwable cause = failure;
            while (cause.getCause() != null && cause.getCause() != cause) {
                cause = cause.getCause();
            }
            if (cause instanceof ConfigurationException || cause instanceof ConfigValidationException) {
                System.err.println("bits: " + cause.getMessage());
            } else {
                Logger.getLogger(Main.class).error("The transactor could not start", failure);
            }
        }
        // Datomic has threads that would keep the process alive.
        System.exit(code);
    }
}

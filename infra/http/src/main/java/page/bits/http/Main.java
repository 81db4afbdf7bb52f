package page.bits.http;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import org.jboss.logging.Logger;

/** Starts whichever of our applications this is part of, and says in one line why where it can't. */
@QuarkusMain
public class Main {

    public static void main(String... args) {
        Quarkus.run(null, Main::ended, args);
    }

    private static void ended(int code, Throwable failure) {
        if (failure != null) {
            Throwable cause = rootOf(failure);
            if (cause instanceof QuarkusBindException bind) {
                System.err.printf(
                        "bits: cannot listen on %s, port %d; if it is in use, choose another with -Dquarkus.http.port%n",
                        bind.getHost(), bind.getPort());
            } else if (cause instanceof ConfigurationException || cause instanceof ConfigValidationException) {
                System.err.println("bits: " + cause.getMessage());
            } else {
                Logger.getLogger(Main.class).error("Bits could not start", failure);
            }
        }
        // Where Datomic is part of it, its threads would keep the process alive.
        System.exit(code);
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}

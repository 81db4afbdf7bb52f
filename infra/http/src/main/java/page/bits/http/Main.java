package page.bits.http;

import io.netty.channel.unix.Errors;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Starts whichever of our applications this is part of, and says in one line why where it can't. */
@QuarkusMain
public class Main {

    public static void main(String... args) {
        Quarkus.run(null, Main::ended, args);
    }

    private static void ended(int code, Throwable failure) {
        if (failure != null) {
            told(failure)
                    .ifPresentOrElse(
                            why -> System.err.println("bits: " + why),
                            () -> Logger.getLogger(Main.class).error("Bits could not start", failure));
        }
        // Where Datomic is part of it, its threads would keep the process alive.
        System.exit(code);
    }

    /** Why it could not start, for whom it can be told in one line. */
    static Optional<String> told(Throwable failure) {
        Throwable cause = rootOf(failure);
        if (isOfListening(cause)) {
            Config config = ConfigProvider.getConfig();
            return Optional.of(
                    "cannot listen on %s, port %s (%s); if it is in use, choose another with -Dquarkus.http.port"
                            .formatted(
                                    config.getConfigValue("quarkus.http.host").getValue(),
                                    config.getConfigValue("quarkus.http.port").getValue(),
                                    cause.getMessage()));
        }
        return cause instanceof ConfigurationException || cause instanceof ConfigValidationException
                ? Optional.of(cause.getMessage())
                : Optional.empty();
    }

    /** The native transport has no exception of its own for it. */
    private static boolean isOfListening(Throwable cause) {
        return cause instanceof BindException
                || cause instanceof Errors.NativeIoException
                        && cause.getMessage().startsWith("bind(");
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The PostgreSQL database that holds everything: one of our own in the data folder, or one that is there anyway. */
final class Storage implements AutoCloseable {

    private static final String DATABASE = "bits";
    private static final int PATIENCE_SECONDS = 10;

    private final String url;
    private final Optional<LocalPostgres> own;

    private Storage(String url, Optional<LocalPostgres> own) {
        this.url = url;
        this.own = own;
    }

    /** @param given the JDBC URL of the one that is there anyway */
    static Storage start(DataFolder folder, Optional<String> given)
            throws Refusal, IOException, SQLException, InterruptedException {
        if (given.isPresent()) {
            refuseUnreachable(given.get());
            Console.say("PostgreSQL is at %s", withoutSecrets(given.get()));
            return new Storage(given.get(), Optional.empty());
        }
        Instant begun = Instant.now();
        LocalPostgres postgres = LocalPostgres.start(folder.postgres(), folder.newLog("postgres"));
        try {
            String url = postgres.jdbcUrl(DATABASE);
            Console.say("PostgreSQL is ready on port %d, %s", postgres.port(), Console.since(begun));
            return new Storage(url, Optional.of(postgres));
        } catch (SQLException | RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    /** The URL of the database of a PostgreSQL that another launcher runs in the data folder. */
    static String urlOfRunning(Path folder) throws IOException {
        return LocalPostgres.jdbcUrl(DataFolder.postgres(folder), DATABASE);
    }

    /** JDBC URL with the password in it. */
    String url() {
        return url;
    }

    /** The PostgreSQL that is ours to start again. */
    Optional<LocalPostgres> own() {
        return own;
    }

    static void refuseUnreachable(String url) throws Refusal {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new Refusal("what --postgres takes begins with jdbc:postgresql: and '%s' does not"
                    .formatted(withoutSecrets(url)));
        }
        DriverManager.setLoginTimeout(PATIENCE_SECONDS);
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.isValid(PATIENCE_SECONDS);
        } catch (SQLException e) {
            throw new Refusal("there is no PostgreSQL to be had at %s: %s"
                    .formatted(
                            withoutSecrets(url), String.valueOf(e.getMessage()).replaceAll("\\s+", " ")));
        }
    }

    /** The part before the question mark, after which a password may be. */
    private static String withoutSecrets(String url) {
        return url.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//");
    }

    @Override
    public void close() throws IOException {
        if (own.isPresent()) {
            own.get().close();
            Console.say("PostgreSQL has stopped");
        }
    }
}

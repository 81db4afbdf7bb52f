package page.bits.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import org.postgresql.PGConnection;

/** Brings a backup into a storage that holds nothing, all of it or nothing, and gives its databases their new epochs. */
final class Restore {

    /** As the transactor makes it. */
    private static final String TABLE =
            "CREATE TABLE IF NOT EXISTS datomic_kvs (id text NOT NULL, rev integer, map text,"
                    + " val bytea, CONSTRAINT pk_id PRIMARY KEY (id))";

    private static final String ROWS = "COPY datomic_kvs (id, rev, map, val) FROM STDIN (FORMAT binary)";

    private final Settings settings;

    Restore(Settings settings) {
        this.settings = settings;
    }

    /** Returns the exit status. */
    int from(Path file) throws Refusal, IOException, SQLException, InterruptedException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new Refusal("there is no file %s that this user may read".formatted(file));
        }
        BackupFile backup = BackupFile.check(file);
        try (DataFolder folder = DataFolder.take(settings.data())) {
            folder.leftovers().end();
            try (Storage storage = Storage.start(folder, settings.postgresUrl())) {
                load(backup, storage.url());
                Console.say("%d segments of the backup of %s are in place", backup.rows(), backup.at());
                beginNewHistory(folder, storage.url());
            }
        }
        Console.say("restored");
        return 0;
    }

    private void load(BackupFile backup, String url) throws Refusal, IOException, SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(TABLE);
                statement.execute("LOCK TABLE datomic_kvs IN EXCLUSIVE MODE");
                refuseData(statement);
            }
            try (InputStream rows = backup.open()) {
                long restored =
                        connection.unwrap(PGConnection.class).getCopyAPI().copyIn(ROWS, rows);
                if (restored != backup.rows()) {
                    throw new IOException("%d rows came out of a backup of %d".formatted(restored, backup.rows()));
                }
            }
            NewHistory.markDue(connection);
            connection.commit();
        }
    }

    private void refuseData(Statement statement) throws Refusal, SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT 1 FROM datomic_kvs LIMIT 1")) {
            if (rows.next()) {
                throw new Refusal(
                        settings.postgresUrl().isPresent()
                                ? "that PostgreSQL database holds data already; restore into an empty one"
                                : "%s holds data already; restore into a new folder".formatted(settings.data()));
            }
        }
    }

    private void beginNewHistory(DataFolder folder, String url)
            throws Refusal, IOException, SQLException, InterruptedException {
        ScheduledExecutorService supervisor = Supervisor.start();
        try (Supervised transactor = Nodes.transactor(settings, folder, url, supervisor)) {
            transactor.start();
            transactor.whenReady().join();
            // Nothing ends it early: whoever interrupts a restore leaves it due for the next start.
            new NewHistory(settings.standaloneJar(), url).begin(new CompletableFuture<>());
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                throw refusal;
            }
            throw e;
        }
    }
}

package page.bits.cluster;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * Writes what the storage holds to a file, also while everything runs. One statement reads all of it and so sees one instant
 * of it; and as Datomic commits by moving a few pointers to segments that never change, any instant is a whole database.
 *
 * <p>Left out is where the transactor can be reached, which holds for now only, and with a password.
 */
final class Backup {

    static final String ROWS =
            "COPY (SELECT id, rev, map, val FROM datomic_kvs WHERE id NOT IN ('pod-coord', 'pod-standby'))"
                    + " TO STDOUT (FORMAT binary)";

    private final Settings settings;

    Backup(Settings settings) {
        this.settings = settings;
    }

    /** Returns the exit status. */
    int write(Path file) throws Refusal, IOException, SQLException, InterruptedException {
        Path into = file.getParent();
        if (Files.isDirectory(file) || !Files.isDirectory(into) || !Files.isWritable(into)) {
            throw new Refusal("cannot write to " + file);
        }
        if (settings.postgresUrl().isPresent()) {
            Storage.refuseUnreachable(settings.postgresUrl().get());
            write(file, settings.postgresUrl().get());
            return 0;
        }
        if (!Files.isDirectory(DataFolder.postgres(settings.data()))) {
            throw new Refusal("there are no data in " + settings.data());
        }
        Optional<FolderLock> lock = FolderLock.take(settings.data());
        if (lock.isEmpty()) {
            write(file, Storage.urlOfRunning(settings.data()));
            return 0;
        }
        lock.get().close();
        try (DataFolder folder = DataFolder.take(settings.data());
                Storage storage = Storage.start(folder, Optional.empty())) {
            write(file, storage.url());
        }
        return 0;
    }

    private void write(Path file, String url) throws Refusal, IOException, SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            refuseWithoutData(connection);
            BackupFile backup = BackupFile.write(
                    file,
                    output -> connection.unwrap(PGConnection.class).getCopyAPI().copyOut(ROWS, new Progress(output)));
            Console.say("%s holds %d segments, %.1f MB", file, backup.rows(), Files.size(file) / 1e6);
        }
    }

    private void refuseWithoutData(Connection connection) throws Refusal, SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet table = statement.executeQuery("SELECT to_regclass('datomic_kvs')")) {
            table.next();
            if (table.getString(1) == null) {
                throw new Refusal("there are no data yet");
            }
        }
    }

    /** Tells every few seconds how far it is. */
    private static final class Progress extends FilterOutputStream {
        private static final Duration INTERVAL = Duration.ofSeconds(5);

        private long bytes;
        private Instant told = Instant.now();

        Progress(OutputStream output) {
            super(output);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            out.write(buffer, offset, length);
            bytes += length;
            if (Duration.between(told, Instant.now()).compareTo(INTERVAL) >= 0) {
                told = Instant.now();
                Console.say("%d MB so far", bytes / 1_000_000);
            }
        }
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;

/**
 * The new epoch that each database of a restored storage needs before any node serves from it: readers may hold event ids of
 * what came after the backup, and those must not pass for ids of what comes next.
 *
 * <p>That it is due is noted in the storage, in the transaction that restores it, and so is not forgotten whatever happens in
 * between.
 */
final class NewHistory {

    private static final String NOTE = "bits_restored";
    private static final String PROGRAM = "page.bits.peer.NewEpoch";

    private final Path jar;
    private final String storageUrl;

    /** @param jar of an application that is a peer */
    NewHistory(Path jar, String storageUrl) {
        this.jar = jar;
        this.storageUrl = storageUrl;
    }

    /** To be called in the transaction that brings the data. */
    static void markDue(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS " + NOTE + " ()");
        }
    }

    boolean isDue() throws SQLException {
        try (Connection connection = DriverManager.getConnection(storageUrl);
                Statement statement = connection.createStatement();
                ResultSet note = statement.executeQuery("SELECT to_regclass('" + NOTE + "')")) {
            note.next();
            return note.getString(1) != null;
        }
    }

    /**
     * Needs a transactor that is ready. Blocks for the seconds that a peer takes to start, or until {@code end} completes; then it
     * stays due.
     */
    void begin(CompletableFuture<?> end) throws Refusal, IOException, SQLException, InterruptedException {
        Path libraries = jar.resolveSibling("lib");
        try (JavaProcess program = JavaProcess.named("epoch")
                .mainClass(libraries.resolve("main/*") + ":" + libraries.resolve("boot/*"), PROGRAM)
                .heap("256m")
                .jvmOptions("-XX:TieredStopAtLevel=1")
                .environment("BITS_DATOMIC_URI", datomicUri(storageUrl))
                .start()) {
            CompletableFuture.anyOf(program.onExit(), end).join();
            if (end.isDone()) {
                return;
            }
            if (program.onExit().join() != 0) {
                throw new Refusal("what was restored could not be given a new epoch: "
                        + program.log().lines().reduce((first, last) -> last).orElse("no reason was told"));
            }
        }
        try (Connection connection = DriverManager.getConnection(storageUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE " + NOTE);
        }
        Console.say("what was restored has a new epoch");
    }

    static String datomicUri(String storageUrl) {
        return "datomic:sql://bits?" + storageUrl;
    }
}

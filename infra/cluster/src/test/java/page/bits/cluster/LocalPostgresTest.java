package page.bits.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresTest {

    @TempDir
    Path folder;

    private Path data;
    private Path log;

    @BeforeEach
    void nameThePaths() {
        data = folder.resolve("postgres");
        log = folder.resolve("postgres.log");
    }

    @Test
    void whatIsCommittedOutlivesACrashOfTheServerAndAKillOfAllItsProcesses() throws Exception {
        int port;
        try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
            port = postgres.port();
            execute(postgres, "CREATE TABLE noted (what text)");
            execute(postgres, "INSERT INTO noted VALUES ('before the crash')");

            postgres.crash();
            assertFalse(postgres.isAlive());
            postgres.restart();
            execute(postgres, "INSERT INTO noted VALUES ('before the kill')");

            killAll(postgres.pid());
            postgres.onExit().join();
        }
        try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
            assertEquals(
                    "before the crash, before the kill",
                    query(postgres, "SELECT string_agg(what, ', ' ORDER BY what) FROM noted"));
            assertEquals(port, postgres.port());
        }
    }

    @Test
    void itIsAsDurableAsPostgresIsByDefaultAndOnLoopbackOnly() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
            assertEquals("on", query(postgres, "SHOW fsync"));
            assertEquals("on", query(postgres, "SHOW synchronous_commit"));
            assertEquals("on", query(postgres, "SHOW full_page_writes"));
            assertEquals("127.0.0.1", query(postgres, "SHOW listen_addresses"));
        }
    }

    @Test
    void nobodyComesInWithoutThePasswordThatOnlyTheOwnerOfTheFolderCanRead() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
            String url = "jdbc:postgresql://127.0.0.1:%d/postgres?user=bits&password=bits".formatted(postgres.port());
            SQLException refused = assertThrows(
                    SQLException.class, () -> DriverManager.getConnection(url).close());
            assertEquals("28P01", refused.getSQLState());
        }
        assertEquals("rwx------", permissions(data));
        assertEquals("rw-------", permissions(data.resolve("password")));
    }

    @Test
    void aFolderHasOneServerAtATime() throws Exception {
        LocalPostgres first = LocalPostgres.start(data, log);
        try (first) {
            IOException refused = assertThrows(IOException.class, () -> LocalPostgres.start(data, log));
            assertTrue(refused.getMessage().contains("another process uses"), refused.getMessage());
            assertEquals("1", query(first, "SELECT 1"));
        }
    }

    @Test
    void aPortThatCannotBeReadIsChosenAnew() throws Exception {
        LocalPostgres.start(data, log).close();
        Files.writeString(data.resolve("port"), "");

        try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
            assertEquals("1", query(postgres, "SELECT 1"));
            assertEquals(Integer.toString(postgres.port()), Files.readString(data.resolve("port")));
        }
    }

    @Test
    void dataOfAnotherVersionAreLeftAlone() throws Exception {
        LocalPostgres.start(data, log).close();
        Files.writeString(data.resolve("data/PG_VERSION"), "12\n");

        IOException refused = assertThrows(IOException.class, () -> LocalPostgres.start(data, log));

        assertTrue(refused.getMessage().contains("those of PostgreSQL 12"), refused.getMessage());
    }

    /** Starts a server, and waits to be killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] paths) throws Exception {
            System.out.println("server "
                    + LocalPostgres.start(Path.of(paths[0]), Path.of(paths[1])).pid());
            new CountDownLatch(1).await();
        }
    }

    @Test
    void aServerThatNobodyCouldEndIsEndedByTheNextStart() throws Exception {
        try (JavaProcess owner = JavaProcess.named("owner")
                .mainClass(System.getProperty("java.class.path"), Owner.class.getName())
                .heap("64m")
                .arguments(data.toString(), log.toString())
                .start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> owner.log().contains("server "));
            ProcessHandle server = ProcessHandle.of(
                            Long.parseLong(owner.log().replaceAll("(?s).*server (\\d+).*", "$1")))
                    .orElseThrow();
            ProcessHandle.of(owner.pid())
                    .orElseThrow()
                    .children()
                    .filter(child -> child.pid() != server.pid())
                    .forEach(ProcessHandle::destroyForcibly);
            owner.kill();
            assertTrue(server.isAlive());

            try (LocalPostgres postgres = LocalPostgres.start(data, log)) {
                assertEquals("1", query(postgres, "SELECT 1"));
                assertNotEquals(server.pid(), postgres.pid());
            }
            assertFalse(server.isAlive() && server.info().command().isPresent());
        }
    }

    private static void killAll(long pid) {
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        var children = server.children().toList();
        server.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void execute(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("noted"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("noted"));
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}

package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import page.bits.cluster.LocalPostgres;
import page.bits.cluster.crash.PostgresProxy.Moment;

/** A proxy that acted at another moment than it says would make the tests of crashes prove less than they claim. */
class PostgresProxyTest {

    private static final String LOG = "pod-log-tail/load-1";

    @TempDir
    Path folder;

    private final AtomicInteger acted = new AtomicInteger();
    private LocalPostgres postgres;
    private PostgresProxy proxy;
    private Connection direct;
    private Connection proxied;

    @BeforeEach
    void open() throws Exception {
        postgres = LocalPostgres.start(folder.resolve("postgres"), folder.resolve("postgres.log"));
        proxy = new PostgresProxy(postgres.port());
        direct = DriverManager.getConnection(postgres.jdbcUrl("bits"));
        proxied = connectThroughProxy();
        try (Statement statement = direct.createStatement()) {
            statement.execute("create table datomic_kvs (id text primary key, rev integer)");
            statement.execute("insert into datomic_kvs values ('" + LOG + "', 0), ('pod-coord', 0)");
        }
    }

    @AfterEach
    void close() throws Exception {
        direct.close();
        proxy.close();
        postgres.close();
    }

    @Test
    void whileNotArmedEverythingPasses() throws SQLException {
        for (int rev = 0; rev < 20; rev++) {
            assertEquals(1, update(LOG, rev));
        }
        assertEquals(20, rev());
    }

    @Test
    void afterTheCommitItIsDurableAndNotAnswered() throws SQLException {
        // So often that the driver prepares the statement by name.
        for (int rev = 0; rev < 10; rev++) {
            update(LOG, rev);
        }
        arm(Moment.AFTER_COMMIT);
        assertThrows(SQLException.class, () -> update(LOG, 10));
        assertEquals(1, acted.get());
        assertEquals(11, rev());
    }

    @Test
    void beforeTheCommitPostgresHasNotHeardOfIt() throws SQLException {
        for (int rev = 0; rev < 10; rev++) {
            update(LOG, rev);
        }
        arm(Moment.BEFORE_COMMIT);
        assertThrows(SQLException.class, () -> update(LOG, 10));
        assertEquals(1, acted.get());
        assertEquals(10, rev());
    }

    @Test
    void insideATransactionItIsTheCommitThatCounts() throws SQLException {
        proxied.setAutoCommit(false);
        arm(Moment.AFTER_COMMIT);
        assertEquals(1, update(LOG, 0));
        assertEquals(0, acted.get());
        assertThrows(SQLException.class, proxied::commit);
        assertEquals(1, acted.get());
        assertEquals(1, rev());
    }

    @Test
    void whatIsRolledBackIsNoCommit() throws SQLException {
        proxied.setAutoCommit(false);
        arm(Moment.AFTER_COMMIT);
        update(LOG, 0);
        proxied.rollback();
        assertEquals(0, acted.get());
        assertEquals(0, rev());
    }

    @Test
    void readingTheLogAndWritingOtherRowsAndAnUpdateThatFailsAreNoCommits() throws SQLException {
        arm(Moment.AFTER_COMMIT);
        assertEquals(1, update("pod-coord", 0));
        assertEquals(0, update(LOG, 77));
        try (PreparedStatement query = proxied.prepareStatement("select rev from datomic_kvs where id = ?")) {
            query.setString(1, LOG);
            try (ResultSet row = query.executeQuery()) {
                assertTrue(row.next());
            }
        }
        assertEquals(0, acted.get());
        assertTrue(proxy.isArmed());
    }

    @Test
    void itActsOnce() throws Exception {
        arm(Moment.AFTER_COMMIT);
        assertThrows(SQLException.class, () -> update(LOG, 0));
        assertFalse(proxy.isArmed());
        proxied = connectThroughProxy();
        assertEquals(1, update(LOG, 1));
        assertEquals(1, acted.get());
    }

    private Connection connectThroughProxy() throws SQLException {
        String url = postgres.jdbcUrl("bits");
        return DriverManager.getConnection(url.replace(":" + postgres.port() + "/", ":" + proxy.port() + "/"));
    }

    private void arm(Moment moment) {
        proxy.arm(moment, acted::incrementAndGet);
    }

    /** As Datomic writes it. */
    private int update(String id, int rev) throws SQLException {
        try (PreparedStatement update =
                proxied.prepareStatement("update datomic_kvs set rev = ? where id = ? and rev = ?")) {
            update.setInt(1, rev + 1);
            update.setString(2, id);
            update.setInt(3, rev);
            return update.executeUpdate();
        }
    }

    private int rev() throws SQLException {
        try (PreparedStatement query = direct.prepareStatement("select rev from datomic_kvs where id = ?")) {
            query.setString(1, LOG);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}

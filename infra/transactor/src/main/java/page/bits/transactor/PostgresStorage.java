package page.bits.transactor;

import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The PostgreSQL database that is the storage, as far as the peer library does not see to it: its one table, and the advisory
 * lock that makes one transactor the active one. All methods block.
 */
@Singleton
class PostgresStorage {

    /** What all transactors of one storage contend for: "bits" in ASCII. */
    private static final long LOCK = 0x62697473;

    /** The table as Datomic documents it for PostgreSQL: https://docs.datomic.com/setup/storage-services.html */
    private static final String TABLE = "create table datomic_kvs (id text not null, rev integer, map text, val bytea,"
            + " constraint pk_id primary key (id))";

    /**
     * Lets the server notice within some 11 s that this machine is gone without a word, so that the lock of one that lost
     * its power does not outlive it for hours.
     */
    private static final String NOTICE_DEATH =
            "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3";

    private static final int PATIENCE_SECONDS = 5;

    private final AgroalDataSource dataSource;
    private Connection holder;

    PostgresStorage(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    void createTableIfMissing() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            // So that of two at once the second finds what the first has made.
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(" + (LOCK + 1) + ")");
            // Asked first, since who may use a table may not always create one, not even one that exists.
            try (ResultSet table = statement.executeQuery("select to_regclass('datomic_kvs')")) {
                table.next();
                if (table.getString(1) == null) {
                    statement.execute(TABLE);
                }
            }
            connection.commit();
        }
    }

    /**
     * Whether waiting will not help: a missing database (class 3D), a wrong password (28) or a missing right (42), see
     * https://www.postgresql.org/docs/current/errcodes-appendix.html.
     */
    static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("3D") || state.startsWith("28") || state.startsWith("42"));
    }

    /** Whether this process is the active transactor now: holds the lock, or has taken it. Never waits for another holder. */
    synchronized boolean holdsOrTakesLock() throws SQLException {
        if (holder != null && holder.isValid(PATIENCE_SECONDS)) {
            return true;
        }
        releaseLock();
        Connection connection = dataSource.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(NOTICE_DEATH);
            try (ResultSet taken = statement.executeQuery("select pg_try_advisory_lock(" + LOCK + ")")) {
                taken.next();
                if (taken.getBoolean(1)) {
                    holder = connection;
                    return true;
                }
            }
        } finally {
            if (holder == null) {
                connection.close();
            }
        }
        return false;
    }

    /** Lets a standby take over at once. */
    synchronized void releaseLock() {
        if (holder == null) {
            return;
        }
        try (Connection released = holder;
                Statement statement = released.createStatement()) {
            statement.execute("select pg_advisory_unlock(" + LOCK + ")");
        } catch (SQLException e) {
            // The server has released it together with the session that held it.
        } finally {
            holder = null;
        }
    }
}

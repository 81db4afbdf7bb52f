package page.bits.cluster.presence;

import datomic.Connection;
import datomic.Database;
import datomic.Log;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import page.bits.cluster.Cluster;
import page.bits.cluster.hosted.FreshConnection;

/**
 * The presence database of a cluster, by a peer of this process, which none of the services has a part in: what it holds, and how
 * much is written to it, by its log and by the table that holds it.
 */
final class PresenceDatabase implements AutoCloseable {

    /** It is the database of the services, and one beside it. */
    private static final String MAIN = "^datomic:sql://([^?]*)";

    private final Cluster cluster;
    private final Connection connection;

    /** @param ids of all rows that there are */
    record Storage(Set<String> ids, long wal) {}

    /** What came into the table: only values that never change do, and what is changed is no more than roots of them. */
    record Added(long rows, long bytes, long valueBytes, long wal) {}

    PresenceDatabase(Cluster cluster) {
        this.cluster = cluster;
        this.connection = FreshConnection.to(uri(cluster));
    }

    private static String uri(Cluster cluster) {
        return cluster.datomicUri().replaceFirst(MAIN, "datomic:sql://$1-presence");
    }

    /** As of what the transactor says is newest. */
    Database newest() throws Exception {
        return connection.sync().get(1, TimeUnit.MINUTES);
    }

    Log log() {
        return connection.log();
    }

    @Override
    public void close() {
        connection.release();
    }

    long newestT() throws Exception {
        return newest().basisT();
    }

    int transactionsSince(long t) throws Exception {
        long newest = newestT();
        int count = 0;
        for (Object transaction : connection.log().txRange(t + 1, newest + 1)) {
            count++;
        }
        return count;
    }

    Storage storage() throws SQLException {
        try (java.sql.Connection sql = DriverManager.getConnection(cluster.jdbcUrl());
                Statement statement = sql.createStatement();
                ResultSet rows = statement.executeQuery("select id from datomic_kvs")) {
            Set<String> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
            return new Storage(ids, wal(sql));
        }
    }

    Added addedSince(Storage before) throws SQLException {
        try (java.sql.Connection sql = DriverManager.getConnection(cluster.jdbcUrl());
                Statement statement = sql.createStatement()) {
            long wal = wal(sql) - before.wal();
            long rows = 0;
            long bytes = 0;
            long valueBytes = 0;
            try (ResultSet all = statement.executeQuery("select id, coalesce(octet_length(val), 0),"
                    + " octet_length(id) + coalesce(octet_length(map), 0) from datomic_kvs")) {
                while (all.next()) {
                    if (!before.ids().contains(all.getString(1))) {
                        rows++;
                        valueBytes += all.getLong(2);
                        bytes += all.getLong(2) + all.getLong(3);
                    }
                }
            }
            return new Added(rows, bytes, valueBytes, wal);
        }
    }

    private static long wal(java.sql.Connection sql) throws SQLException {
        try (Statement statement = sql.createStatement();
                ResultSet position = statement.executeQuery("select pg_current_wal_lsn() - '0/0'::pg_lsn")) {
            position.next();
            return position.getLong(1);
        }
    }
}

package page.bits.peer;

import datomic.Connection;
import datomic.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

/** A database in memory, of a random name, that is gone when closed. */
record MemDatabase(String uri, Connection connection) implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    static MemDatabase empty() {
        String uri = newUri();
        Peer.createDatabase(uri);
        return new MemDatabase(uri, Peer.connect(uri));
    }

    static MemDatabase withSchema() throws InterruptedException {
        MemDatabase database = empty();
        database.installSchema();
        return database;
    }

    void installSchema() throws InterruptedException {
        Schema.BITS.install(connection, PATIENCE);
    }

    /** Of a database that nobody has created. */
    static String newUri() {
        return "datomic:mem://" + UUID.randomUUID();
    }

    BasisT basis() {
        return new BasisT(connection.db().basisT());
    }

    /** Transacts without going through anything of ours, and returns the result as Datomic gives it. */
    Map<?, ?> transact(Object... data) {
        try {
            return connection.transact(List.of(data)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        connection.release();
        Peer.deleteDatabase(uri);
    }
}

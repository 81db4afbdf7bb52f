package page.bits.transactor;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * The databases of one storage, each open one with its {@link DatabaseWriter}, and what peers ask about them: to create,
 * open, rename and delete one, to merge its index and to collect its garbage.
 */
final class Databases implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Databases.class);
    private static final String REQUESTS = "admin.request";
    private static final String REPLIES = "admin.response";

    /** Opening a database takes seconds and must not keep other requests waiting for longer than their time-out. */
    private static final int THREADS = 4;

    private final PeerLibrary library;
    private final PeerLibrary.Storage storage;
    private final Broker broker;
    private final TransactorConfig config;
    private final TransactorMetrics metrics;
    private final Map<String, DatabaseWriter> open = new ConcurrentHashMap<>();
    private final ExecutorService admin = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "bits-admin");
        thread.setDaemon(true);
        return thread;
    });

    Databases(
            PeerLibrary library,
            PeerLibrary.Storage storage,
            Broker broker,
            TransactorConfig config,
            TransactorMetrics metrics) {
        this.library = library;
        this.storage = storage;
        this.broker = broker;
        this.config = config;
        this.metrics = metrics;
    }

    /** Takes requests from now on, and opens what is there, so that peers that come back find it open. */
    void start() throws Exception {
        broker.consume(REQUESTS, this::take);
        for (String databaseId : library.databases(storage)) {
            admin.execute(() -> {
                try {
                    writer(databaseId);
                } catch (RuntimeException e) {
                    LOG.warnf("Database %s can't be opened yet: %s", databaseId, e);
                }
            });
        }
    }

    private void take(InputStream message) {
        PeerLibrary.AdminRequest request = library.readAdminRequest(message);
        admin.execute(() -> answer(request));
    }

    private void answer(PeerLibrary.AdminRequest request) {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        try {
            library.writeAdminReply(request, handle(request.name().getName(), request.argument()), reply);
        } catch (Throwable e) {
            // Datomic throws checked exceptions that it does not declare; the peer waits for an answer in any case.
            LOG.warnf(e, "%s of %s failed", request.name(), request.argument());
            reply.reset();
            library.writeAdminFailure(request, e.getMessage() == null ? e.toString() : e.getMessage(), reply);
        }
        try {
            broker.send(REPLIES, reply.toByteArray());
        } catch (Exception e) {
            LOG.warnf(e, "The answer to %s can't be sent", request.name());
        }
    }

    private Object handle(String name, Object argument) {
        switch (name) {
            case "create-database":
                return library.createDatabase(storage, argument);
            case "start-database":
                writer((String) argument);
                return true;
            case "delete-database":
                Object deleted = library.deleteDatabase(storage, argument);
                close(library.databaseIdIn(deleted));
                return deleted;
            case "rename-database":
                return library.renameDatabase(storage, argument);
            case "request-index":
                writer((String) argument).submit(new Request.IndexNow());
                return true;
            case "request-gc":
                writer(library.databaseIdIn(argument)).collectGarbage(argument);
                return true;
            default:
                throw new IllegalArgumentException("the embedded transactor does not know the request " + name);
        }
    }

    /** Of an open database; opens it where it is not. */
    private DatabaseWriter writer(String databaseId) {
        return open.computeIfAbsent(databaseId, id -> {
            if (!library.databases(storage).contains(id)) {
                throw new IllegalArgumentException("database does not exist");
            }
            return DatabaseWriter.open(library, storage, id, broker, config, metrics);
        });
    }

    private void close(String databaseId) {
        DatabaseWriter closed = databaseId == null ? null : open.remove(databaseId);
        if (closed != null) {
            closed.close();
            LOG.infof("Closed %s, which was deleted", databaseId);
        }
    }

    @Override
    public void close() {
        admin.shutdownNow();
        open.values().forEach(DatabaseWriter::close);
        open.clear();
    }
}

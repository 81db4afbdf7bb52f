package page.bits.transactor;

import clojure.java.api.Clojure;
import clojure.lang.IExceptionInfo;
import clojure.lang.IFn;
import clojure.lang.ILookup;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.RT;
import clojure.lang.Var;
import datomic.Database;
import datomic.impl.db.IDatum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.fressian.Writer;

/**
 * The inside of the Datomic peer library, which holds nearly all of a transactor: catalog, log, the application of
 * transactions, index merges, the encoding of messages. Whatever leans on it leans on it here, so that this class is the one
 * to read when the library's version changes; it refuses every other version than the one it was tested with. Values whose
 * classes are the library's own are handed out wrapped, and mean something only to this class.
 *
 * <p>All methods may be called from any thread, and those that reach the storage block.
 */
final class PeerLibrary {

    /** The one version that the vars below, their arguments and the wire were tested with. */
    static final String VERSION = "1.0.7622";

    /** What peers and transactor compare before anything else. */
    private static final long PROTOCOL = 2;

    private static final Duration BEAT_PATIENCE = Duration.ofSeconds(10);

    private static final Keyword ID = Keyword.intern("id");
    private static final Keyword DATA = Keyword.intern("data");
    private static final Keyword TYPE = Keyword.intern("type");
    private static final Keyword SYNC = Keyword.intern("sync");
    private static final Keyword INDEX = Keyword.intern("index");
    private static final Keyword OPTIONS = Keyword.intern("options");
    private static final Keyword IO_CONTEXT = Keyword.intern("io-context");
    private static final Keyword IO_STATS = Keyword.intern("io-stats");
    private static final Keyword TEMPIDS = Keyword.intern("tempids");
    private static final Keyword TX_DATA = Keyword.intern("tx-data");
    private static final Keyword DB_AFTER = Keyword.intern("db-after");
    private static final Keyword DB = Keyword.intern("db");
    private static final Keyword SIZE = Keyword.intern("size");
    private static final Keyword T = Keyword.intern("t");
    private static final Keyword TX = Keyword.intern("tx");
    private static final Keyword FRESSIANED_TX = Keyword.intern("fressianed-tx");
    private static final Keyword LOG = Keyword.intern("log");
    private static final Keyword DESC = Keyword.intern("desc");
    private static final Keyword TAIL = Keyword.intern("tail");
    private static final Keyword TXES = Keyword.intern("txes");
    private static final Keyword LOG_ROOT = Keyword.intern("d", "r");
    private static final Keyword ROOT_ID = Keyword.intern("root-id");
    private static final Keyword INDEX_ROOT = Keyword.intern("idxroot");
    private static final Keyword NEW_INDEX = Keyword.intern("new-index");
    private static final Keyword EXCISIONS = Keyword.intern("xpreds");
    private static final Keyword DB_ID = Keyword.intern("db-id");
    private static final Keyword DB_NAME = Keyword.intern("db-name");
    private static final Keyword NEW_NAME = Keyword.intern("new-name");
    private static final Keyword OLDER_THAN = Keyword.intern("older-than");
    private static final Keyword DELETED = Keyword.intern("deleted");
    private static final Keyword CODE = Keyword.intern("code");
    private static final Keyword VALUE = Keyword.intern("value");
    private static final Keyword FAILED = Keyword.intern("failed");
    private static final Keyword CLASSNAME = Keyword.intern("classname");
    private static final Keyword ERROR = Keyword.intern("error");
    private static final Keyword ERROR_DATA = Keyword.intern("error-data");

    private static final IFn REQUIRE = Clojure.var("clojure.core", "require");
    private static final IFn ASSOC = Clojure.var("clojure.core", "assoc");
    private static final IFn MERGE = Clojure.var("clojure.core", "merge");
    private static final IFn VEC = Clojure.var("clojure.core", "vec");
    private static final IFn DEREF = Clojure.var("clojure.core", "deref");
    private static final IFn PR_STR = Clojure.var("clojure.core", "pr-str");
    private static final IFn READ_STRING = Clojure.var("clojure.edn", "read-string");

    private final IFn parseUri;
    private final IFn createSystemCluster;
    private final IFn createDatabaseCluster;
    private final IFn closeCluster;
    private final IFn createHeartbeat;
    private final Object heartbeatKey;
    private final IFn resetRef;
    private final IFn getCatalog;
    private final IFn databaseIds;
    private final IFn createDatabase;
    private final IFn deleteDatabase;
    private final IFn renameDatabase;
    private final IFn queueGarbageCollection;
    private final IFn cachedLookup;
    private final IFn ensureIndexAndLog;
    private final IFn claimLog;
    private final IFn catchUp;
    private final IFn tailByteCount;
    private final IFn fressianedTransaction;
    private final IFn appendToLog;
    private final IFn createLeaves;
    private final Object segmentThreshold;
    private final IFn extendTree;
    private final Object directoryThreshold;
    private final IFn adoptRoot;
    private final IFn excise;
    private final IFn exciseRoot;
    private final IFn rootOfLog;
    private final IFn databaseValue;
    private final IFn withTransaction;
    private final IFn prepareForIndexing;
    private final IFn completeIndexing;
    private final IFn loadIndex;
    private final IFn mergeIndex;
    private final IFn submitAddress;
    private final IFn resultAddress;
    private final IFn createReader;
    private final IFn createWriter;
    private final IFn readBatch;
    private final IFn isFressianable;
    private final Object submissionHandlers;
    private final Object resultHandlers;
    private final Object requestHandlers;
    private final Object responseHandlers;

    /** The storage of all databases. */
    record Storage(Object configuration, Object cluster) {}

    /** The storage of one database. */
    record DatabaseStorage(String databaseId, Object cluster, Object lookup) {}

    /** A database's log as this process knows it, immutable: writing gives a new one. */
    record Log(Object value) {}

    /** A transaction as the log keeps it, and its size. */
    record LogEntry(Object message, int bytes) {}

    /** A database as it was found in its storage, its log claimed. */
    record Opened(Database db, Log log, long tailBytes, long memoryIndexBytes) {}

    /** What a transaction led to: the database after it, what the log is to keep and what peers are to hear. */
    record Applied(Database db, LogEntry entry, Object result) {}

    /** A larger tree of the log, written but not part of it yet, that holds everything up to {@code t}. */
    record Tree(Object rootId, long t) {}

    /** An index that a merge made. */
    record MergedIndex(Object index, Object excisions) {}

    /** A request of a peer about databases. */
    record AdminRequest(Object id, Keyword name, Object argument) {}

    /** Loads the library, which takes seconds. */
    static PeerLibrary load() {
        requireTested(versionOnClassPath());
        return new PeerLibrary();
    }

    /** @throws IllegalStateException for every version but the one this was tested with */
    static void requireTested(String version) {
        if (!VERSION.equals(version)) {
            throw new IllegalStateException("this transactor was tested with com.datomic:peer " + VERSION
                    + ", but the class path has " + version);
        }
    }

    private static String versionOnClassPath() {
        try (InputStream resource = PeerLibrary.class.getResourceAsStream("/datomic/VERSION")) {
            return new String(
                            Objects.requireNonNull(resource, "/datomic/VERSION").readAllBytes(), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PeerLibrary() {
        require("datomic.api");
        long protocol = ((Number) deref("datomic.coordination", "PEER_VERSION")).longValue();
        if (protocol != PROTOCOL) {
            throw new IllegalStateException("this transactor speaks version " + PROTOCOL
                    + " of the protocol, and the peer library " + protocol);
        }
        parseUri = function("datomic.uri", "parse");
        createSystemCluster = function("datomic.coordination", "create-system-cluster");
        createDatabaseCluster = function("datomic.coordination", "create-db-cluster");
        closeCluster = function("datomic.cluster", "close");
        createHeartbeat = function("datomic.coordination", "create-heartbeat");
        heartbeatKey = deref("datomic.coordination", "pod-key");
        resetRef = function("datomic.cluster", "reset-ref");
        getCatalog = function("datomic.catalog", "get-catalog");
        databaseIds = function("datomic.catalog", "db-ids");
        createDatabase = function("datomic.catalog", "create-database");
        deleteDatabase = function("datomic.catalog", "delete-database");
        renameDatabase = function("datomic.catalog", "rename-database");
        queueGarbageCollection = function("datomic.garbage", "queue-gc");
        cachedLookup = function("datomic.domain", "system-cache-olookup");
        ensureIndexAndLog = function("datomic.log", "ensure-index-and-log");
        claimLog = function("datomic.log", "claim");
        catchUp = function("datomic.log", "catchup");
        tailByteCount = function("datomic.log", "tail-byte-count");
        fressianedTransaction = function("datomic.log", "fressianed-tx");
        appendToLog = function("datomic.log", "append");
        createLeaves = function("datomic.log", "create-leaves");
        segmentThreshold = deref("datomic.log", "segment-threshold");
        extendTree = function("datomic.log", "extend-tree");
        directoryThreshold = deref("datomic.log", "dir-threshold");
        adoptRoot = function("datomic.log", "adopt-root");
        excise = function("datomic.log", "excise");
        exciseRoot = function("datomic.log", "excise-root");
        rootOfLog = function("datomic.log", "get-root-id");
        databaseValue = function("datomic.db", "db");
        withTransaction = function("datomic.db", "with-tx+opts");
        prepareForIndexing = function("datomic.db", "prepare-for-indexing");
        completeIndexing = function("datomic.db", "complete-indexing");
        loadIndex = function("datomic.index", "load-index");
        mergeIndex = function("datomic.index", "merge-db");
        submitAddress = function("datomic.transaction", "submit-address");
        resultAddress = function("datomic.transaction", "push-address");
        createReader = function("datomic.fressian", "create-reader");
        createWriter = function("datomic.fressian", "create-writer");
        readBatch = function("datomic.fressian", "read-batch");
        isFressianable = function("datomic.fressian", "fressianable?");
        submissionHandlers = deref("datomic.transaction", "read-handlers");
        requestHandlers = deref("datomic.fressian", "clojure-read-handlers");
        responseHandlers = deref("datomic.fressian", "clojure-write-handlers");
        resultHandlers = MERGE.invoke(
                responseHandlers,
                function("datomic.transaction", "write-handlers").invoke(true));

        // Entity ids that this process makes up and that a peer made up must not meet.
        function("datomic.db", "use-transactor-tempid-range").invoke();
        function("datomic.garbage", "install-mark-handler").invoke();
    }

    private static IFn function(String namespace, String name) {
        return var(namespace, name);
    }

    private static Object deref(String namespace, String name) {
        return var(namespace, name).deref();
    }

    private static Var var(String namespace, String name) {
        require(namespace);
        // Clojure makes up a var that is not there, which would fail only when it is called.
        Var var = (Var) Clojure.var(namespace, name);
        if (!var.isBound()) {
            throw new IllegalStateException("the peer library has no " + var);
        }
        return var;
    }

    private static void require(String namespace) {
        REQUIRE.invoke(Clojure.read(namespace));
    }

    // --- Storage and catalog ---

    Storage openStorage(String jdbcUrl) {
        Object uri = parseUri.invoke("datomic:sql://any?" + jdbcUrl);
        Object configuration = ((IPersistentMap) uri).without(DB_NAME);
        return new Storage(configuration, createSystemCluster.invoke(configuration));
    }

    /** Tells peers, through the storage, where the transactor is. The instant has to differ from that of the beat before. */
    void beat(Storage storage, Endpoint endpoint, Instant now) throws TimeoutException {
        Object beat = createHeartbeat.invoke(RT.map(
                Keyword.intern("host"), endpoint.host(),
                Keyword.intern("alt-host"), endpoint.altHost().orElse(null),
                Keyword.intern("port"), (long) endpoint.port(),
                Keyword.intern("username"), endpoint.username(),
                Keyword.intern("password"), endpoint.password(),
                Keyword.intern("encrypt-channel"), endpoint.encrypted(),
                Keyword.intern("version"), VERSION,
                Keyword.intern("timestamp"), now.toEpochMilli()));
        Object written = resetRef.invoke(storage.cluster(), heartbeatKey, PR_STR.invoke(beat));
        if (DEREF.invoke(written, BEAT_PATIENCE.toMillis(), FAILED) == FAILED) {
            throw new TimeoutException("the storage did not take the heartbeat within " + BEAT_PATIENCE);
        }
    }

    /** The ids of all databases that are not deleted. */
    Set<String> databases(Storage storage) {
        Collection<?> ids = (Collection<?>) databaseIds.invoke(getCatalog.invoke(storage.cluster()));
        return ids == null ? Set.of() : ids.stream().map(String.class::cast).collect(Collectors.toSet());
    }

    Object createDatabase(Storage storage, Object argument) {
        return createDatabase.invoke(storage.cluster(), argument);
    }

    Object deleteDatabase(Storage storage, Object argument) {
        return deleteDatabase.invoke(storage.cluster(), get(argument, DB_NAME));
    }

    Object renameDatabase(Storage storage, Object argument) {
        return renameDatabase.invoke(storage.cluster(), get(argument, DB_NAME), get(argument, NEW_NAME));
    }

    /** Has segments deleted that nothing refers to since before the argument's instant. */
    void collectGarbage(DatabaseStorage storage, Object argument) {
        queueGarbageCollection.invoke(storage.cluster(), get(argument, OLDER_THAN));
    }

    // --- Opening a database ---

    DatabaseStorage openDatabaseStorage(Storage storage, String databaseId) {
        Object cluster = createDatabaseCluster.invoke(ASSOC.invoke(storage.configuration(), DB_ID, databaseId));
        return new DatabaseStorage(databaseId, cluster, cachedLookup.invoke(cluster));
    }

    void close(DatabaseStorage storage) {
        closeCluster.invoke(storage.cluster());
    }

    /**
     * Reads a database and claims its log: from here on, whoever had claimed it before fails when appending.
     *
     * @throws IllegalStateException when another process claims it at the same moment
     */
    Opened open(DatabaseStorage storage) {
        Object found = ensureIndexAndLog.invoke(storage.cluster(), storage.lookup(), storage.databaseId());
        Object log = claimLog.invoke(get(found, LOG), storage.cluster());
        if (log == null) {
            throw new IllegalStateException("another transactor claims the log of " + storage.databaseId());
        }
        Object indexed =
                databaseValue.invoke(storage.databaseId(), loadIndex.invoke(storage.lookup(), get(found, INDEX_ROOT)));
        Object caughtUp = catchUp.invoke(indexed, log, true);
        return new Opened(
                (Database) get(caughtUp, DB),
                new Log(log),
                ((Number) tailByteCount.invoke(get(log, TAIL))).longValue(),
                ((Number) get(caughtUp, SIZE)).longValue());
    }

    // --- Transactions ---

    /** Applies a transaction to a database value; nothing is written. Throws whatever the transaction is refused for. */
    Applied apply(Database db, Request.Submission submission) {
        Object options = submission.ioContext() == null ? RT.map() : RT.map(IO_CONTEXT, submission.ioContext());
        Object applied = withTransaction.invoke(db, submission.data(), options);
        Object data = VEC.invoke(get(applied, TX_DATA));
        Object transaction = RT.map(ID, submission.id(), T, ((IDatum) RT.first(data)).getT(), DATA, data);
        ByteBuffer bytes = (ByteBuffer) fressianedTransaction.invoke(transaction);
        Object message = RT.map(ID, submission.id(), TX, transaction, FRESSIANED_TX, bytes);
        Object result = RT.map(ID, submission.id(), DATA, data, TEMPIDS, get(applied, TEMPIDS));
        Object stats = get(applied, IO_STATS);
        return new Applied(
                (Database) get(applied, DB_AFTER),
                new LogEntry(message, bytes.remaining()),
                stats == null ? result : ASSOC.invoke(result, IO_STATS, stats));
    }

    /** What the peer of a refused transaction is to hear. */
    Object refusal(Request.Submission submission, Throwable reason) {
        String message = reason.getMessage() == null ? reason.toString() : reason.getMessage();
        Object refusal =
                RT.map(ID, submission.id(), CLASSNAME, reason.getClass().getName(), ERROR, message);
        return reason instanceof IExceptionInfo info && canBeSent(info.getData())
                ? ASSOC.invoke(refusal, ERROR_DATA, info.getData())
                : refusal;
    }

    private boolean canBeSent(Object data) {
        try {
            return RT.booleanCast(isFressianable.invoke(data));
        } catch (Exception e) {
            return false;
        }
    }

    Object answer(Request.Sync sync) {
        return RT.map(TYPE, SYNC, ID, sync.id());
    }

    /** What peers are to hear when there is a new index: they read it themselves. */
    Object indexNotice() {
        return RT.map(TYPE, INDEX);
    }

    /** Makes transactions durable, all or none. Fails when the log was claimed by another since. */
    Log append(DatabaseStorage storage, Log log, List<LogEntry> entries) {
        return new Log(appendToLog.invoke(
                log.value(),
                storage.cluster(),
                VEC.invoke(entries.stream().map(LogEntry::message).toList())));
    }

    // --- The log's tree ---

    /** Writes a tree that holds what the log holds, its tail included; nothing refers to it before it is adopted. */
    Tree growTree(DatabaseStorage storage, Log log) {
        Object tail = get(log.value(), TAIL);
        List<?> transactions = (List<?>) get(tail, TXES);
        Object grown = extendTree.invoke(
                storage.cluster(),
                storage.lookup(),
                get(get(log.value(), DESC), LOG_ROOT),
                directoryThreshold,
                createLeaves.invoke(segmentThreshold, tail));
        Object newest = transactions.get(transactions.size() - 1);
        return new Tree(get(grown, ROOT_ID), ((Number) get(newest, T)).longValue());
    }

    /** Makes a grown tree the log's; what was appended since it was grown stays in the tail. */
    Log adopt(DatabaseStorage storage, Log log, Tree tree) {
        return new Log(adoptRoot.invoke(log.value(), storage.cluster(), tree.rootId(), tree.t()));
    }

    long tailBytes(Log log) {
        return ((Number) tailByteCount.invoke(get(log.value(), TAIL))).longValue();
    }

    // --- The index ---

    /** From the database value it returns on, new transactions are kept apart from those that are about to be merged. */
    Database prepareForIndexing(Database db) {
        return (Database) prepareForIndexing.invoke(db);
    }

    /** Merges what a prepared database value has in memory into its index, and writes it. Takes long. */
    MergedIndex merge(DatabaseStorage storage, Database prepared) {
        // The bound is exclusive: with the basis t, the newest transaction would be lost from the index.
        Object merged = mergeIndex.invoke(storage.cluster(), storage.lookup(), prepared, prepared.nextT());
        return new MergedIndex(get(merged, NEW_INDEX), get(merged, EXCISIONS));
    }

    Database completeIndexing(Database db, MergedIndex merged) {
        return (Database) completeIndexing.invoke(db, merged.index());
    }

    /** Whether something was excised from the index, which then has to go from the log too. */
    boolean hasExcisions(MergedIndex merged) {
        return RT.seq(merged.excisions()) != null;
    }

    /** Takes what was excised out of the log, whose tail has to be empty. */
    Log excise(DatabaseStorage storage, Log log, MergedIndex merged) {
        Object excised = excise.invoke(storage.cluster(), storage.lookup(), log.value(), RT.seq(merged.excisions()));
        Object root = get(
                exciseRoot.invoke(storage.cluster(), storage.lookup(), rootOfLog.invoke(log.value()), excised),
                ROOT_ID);
        return root == null ? log : new Log(adoptRoot.invoke(log.value(), storage.cluster(), root, null));
    }

    // --- Messages ---

    String submitAddress(String databaseId) {
        return (String) submitAddress.invoke(databaseId);
    }

    String resultAddress(String databaseId) {
        return (String) resultAddress.invoke(databaseId);
    }

    /** The requests in one message of a peer, which is as long as {@code available()} says. Throws where it is none. */
    List<Request> readRequests(InputStream message) throws IOException {
        int size = message.available();
        List<?> forms = (List<?>) readBatch.invoke(createReader.invoke(message, submissionHandlers));
        List<Request> requests = new ArrayList<>(forms.size());
        for (Object form : forms) {
            Object id = Objects.requireNonNull(get(form, ID), "a request needs an id");
            requests.add(
                    SYNC.equals(get(form, TYPE))
                            ? new Request.Sync(id)
                            : new Request.Submission(
                                    id, get(form, DATA), get(get(form, OPTIONS), IO_CONTEXT), size / forms.size()));
        }
        return requests;
    }

    void writeResults(List<Object> results, OutputStream message) {
        write(results, resultHandlers, message);
    }

    AdminRequest readAdminRequest(InputStream message) {
        Object form = RT.first(readBatch.invoke(createReader.invoke(message, requestHandlers)));
        Object code = get(form, CODE);
        return new AdminRequest(get(form, ID), (Keyword) RT.first(code), RT.second(code));
    }

    void writeAdminReply(AdminRequest request, Object reply, OutputStream message) {
        write(List.of(RT.map(ID, request.id(), VALUE, reply)), responseHandlers, message);
    }

    void writeAdminFailure(AdminRequest request, String reason, OutputStream message) {
        write(List.of(RT.map(ID, request.id(), FAILED, reason)), responseHandlers, message);
    }

    private void write(List<Object> objects, Object handlers, OutputStream message) {
        try {
            Writer writer = (Writer) createWriter.invoke(message, handlers);
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The id of the database that a request was about or that a reply names. */
    String databaseIdIn(Object map) {
        return (String) get(map, DB_ID);
    }

    /** A value of a Clojure map, as {@code (get map key)}; null when there is none. */
    private static Object get(Object map, Object key) {
        return map instanceof ILookup lookup
                ? lookup.valAt(key)
                : map instanceof Map<?, ?> other ? other.get(key) : null;
    }
}

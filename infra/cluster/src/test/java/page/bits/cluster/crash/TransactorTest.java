package page.bits.cluster.crash;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IExceptionInfo;
import clojure.lang.Keyword;
import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Peer;
import datomic.Util;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What a peer may expect of the transactor while nothing goes wrong; here without TLS, and with little memory for its index. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("unchecked") // Log.DATA is documented to hold datoms
class TransactorTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Keyword NAME = Keyword.intern("thing", "name");
    private static final Keyword TEXT = Keyword.intern("thing", "text");
    private static final long INDEX_MAX = 256 * 1024;
    private static final int GROUP_MAX = 32;
    private static final int TEXT_SIZE = 1_000;

    @TempDir
    static Path folder;

    private static Rig rig;
    private static TransactorProcess transactor;

    private String database;
    private String uri;
    private Connection connection;

    @BeforeAll
    static void start() throws Exception {
        rig = new Rig(folder.resolve("rig"), 0)
                .with("encrypt", "false")
                .with("memory-index-threshold", "64K")
                .with("log-tail-threshold", "4K") // so that there is always a reason to grow the log's tree
                .with("memory-index-max", Long.toString(INDEX_MAX))
                .with("max-group-size", Integer.toString(GROUP_MAX));
        transactor = rig.startTransactorWithoutProxy();
        transactor.awaitActive();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @BeforeEach
    void connect() throws Exception {
        database = UUID.randomUUID().toString();
        uri = rig.uri().replace("//load?", "//" + database + "?");
        assertTrue(Peer.createDatabase(uri));
        connection = Peer.connect(uri);
        transact(attribute(NAME, "string", Keyword.intern("db.unique", "value")), attribute(TEXT, "string", null));
    }

    @AfterEach
    void release() {
        connection.release();
    }

    @Test
    @Order(1)
    void whatATransactionIsRefusedForReachesThePeerWithItsData() throws Exception {
        Database db = transact(Util.map(NAME, "one"));
        long t = db.basisT();
        Object entity = Peer.query("[:find ?e . :in $ ?n :where [?e :thing/name ?n]]", db, "one");

        assertEquals("unique-conflict", refusal(Util.map(NAME, "one")));
        assertEquals("cas-failed", refusal(Util.list(Keyword.intern("db", "cas"), entity, NAME, "two", "three")));
        assertEquals("wrong-type-for-attribute", refusal(Util.map(NAME, 7L)));
        assertEquals(t, connection.sync().get().basisT());
    }

    @Test
    @Order(2)
    void largeTransactionsPass() throws Exception {
        String large = "x".repeat(5_000_000);
        Database db = transact(Util.map(NAME, "large", TEXT, large));
        assertEquals(large, Peer.query("[:find ?t . :where [?e :thing/name \"large\"] [?e :thing/text ?t]]", db));
        List<Object> many = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            many.add(Util.map(NAME, "many-" + i));
        }
        assertEquals(20_001, count(transact(many.toArray())));
    }

    @Test
    @Order(3)
    void writingWaitsForTheIndexWhereMemoryIsFull() throws Exception {
        double mergesBefore = transactor.metric("bits_transactor_index_seconds_count");
        List<Future<?>> submitted = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            submitted.add(connection.transactAsync(Util.list(Util.map(NAME, "n" + i, TEXT, "t".repeat(TEXT_SIZE)))));
        }
        double most = 0;
        for (Future<?> transaction : submitted) {
            if (!transaction.isDone()) {
                most = Math.max(most, transactor.metric("bits_transactor_memory_index_bytes", database));
            }
            transaction.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
        assertEquals(2_000, count(connection.sync().get()));
        // 2 MB went through, and never more was in memory than the limit and the group that reached it.
        double allowed = INDEX_MAX + GROUP_MAX * 2 * TEXT_SIZE;
        double seen = most;
        assertTrue(seen <= allowed, () -> seen + " bytes were in memory, of " + allowed);
        assertTrue(transactor.metric("bits_transactor_index_seconds_count") - mergesBefore >= 5);
    }

    @Test
    @Order(4)
    void anIndexThatIsAskedForHoldsEverything() throws Exception {
        Database db = transact(Util.map(NAME, "in the index"));
        assertTrue(connection.requestIndex());
        Database indexed = connection.syncIndex(db.basisT()).get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertEquals(1, count(indexed));
    }

    @Test
    @Order(5)
    void aDeletedDatabaseIsClosedAndItsNameIsFree() throws Exception {
        transact(Util.map(NAME, "gone"));
        double open = databasesOpen();
        connection.release();
        assertTrue(Peer.deleteDatabase(uri));
        await().atMost(SOON).until(() -> databasesOpen() == open - 1);
        assertTrue(Peer.createDatabase(uri));
        connection = Peer.connect(uri);
        assertEquals(null, connection.db().entid(NAME));
    }

    @Test
    @Order(6)
    void aRenamedDatabaseKeepsWhatItHolds() throws Exception {
        transact(Util.map(NAME, "kept"));
        String name = UUID.randomUUID().toString();
        assertTrue(Peer.renameDatabase(uri, name));
        connection.release();
        connection = Peer.connect(rig.uri().replace("//load?", "//" + name + "?"));
        assertEquals(1, count(connection.sync().get()));
    }

    @Test
    @Order(7)
    void whatIsExcisedIsGoneFromIndexAndLog() throws Exception {
        transact(Util.map(NAME, "secret", TEXT, "forget me"));
        Database db = transact(Util.map(NAME, "kept", TEXT, "remember me"));
        Object secret = Peer.query("[:find ?e . :where [?e :thing/name \"secret\"]]", db);
        long t = transact(Util.map(Keyword.intern("db", "excise"), secret)).basisT();
        assertTrue(connection.requestIndex());
        Database excised = connection.syncExcise(t).get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertEquals(1, count(excised));
        connection.release();
        connection = Peer.connect(uri);
        assertEquals(1, count(connection.db().history()));
        List<Object> texts = new ArrayList<>();
        for (Map<?, ?> transaction : connection.log().txRange(null, null)) {
            for (Datom datom : (Iterable<Datom>) transaction.get(Log.DATA)) {
                texts.add(datom.v());
            }
        }
        assertTrue(texts.contains("remember me"), texts::toString);
        assertFalse(texts.contains("forget me"), texts::toString);
        assertEquals(2, count(transact(Util.map(NAME, "after"))));
    }

    @Test
    @Order(8)
    void anOrderlyEndHandsOverToTheStandby() throws Exception {
        TransactorProcess standby = rig.startTransactorWithoutProxy();
        standby.awaitStandby();
        transact(Util.map(NAME, "before"));

        transactor.process().stop(SOON);
        standby.awaitActive();
        transactor = standby;

        await().atMost(SOON).ignoreExceptions().until(() -> count(transact(Util.map(TEXT, "after"))) == 1);
    }

    private static double databasesOpen() {
        return transactor.series("bits_transactor_submit_queue");
    }

    private Database transact(Object... data) throws Exception {
        return (Database) connection
                .transactAsync(List.of(data))
                .get(SOON.toSeconds(), TimeUnit.SECONDS)
                .get(Connection.DB_AFTER);
    }

    /** The name of the {@code :db/error} that a transaction is refused for. */
    private String refusal(Object data) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> transact(data));
        IExceptionInfo info = assertInstanceOf(IExceptionInfo.class, refused.getCause());
        return ((Keyword) info.getData().valAt(Keyword.intern("db", "error"))).getName();
    }

    private static long count(Database db) {
        long[] things = new long[1];
        db.datoms(Database.AEVT, NAME).forEach(datom -> things[0]++);
        return things[0];
    }

    private static Map<?, ?> attribute(Keyword name, String type, Keyword unique) {
        Map<?, ?> attribute = Util.map(
                Keyword.intern("db", "ident"),
                name,
                Keyword.intern("db", "valueType"),
                Keyword.intern("db.type", type),
                Keyword.intern("db", "cardinality"),
                Keyword.intern("db.cardinality", "one"));
        return unique == null ? attribute : with(attribute, Keyword.intern("db", "unique"), unique);
    }

    private static Map<?, ?> with(Map<?, ?> map, Object key, Object value) {
        Map<Object, Object> larger = new HashMap<>(map);
        larger.put(key, value);
        return larger;
    }
}

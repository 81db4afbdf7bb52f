package page.bits.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Peer;
import datomic.Util;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatomicPeerTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final AtomicInteger gaveUp = new AtomicInteger();
    private final List<Transaction> heard = Collections.synchronizedList(new ArrayList<>());
    private DatomicPeer peer;
    private String uri;

    /** Releasing its only connection is also the end of a database in memory. */
    @AfterEach
    void stop() throws InterruptedException {
        if (peer != null) {
            peer.stop();
        }
    }

    // Starting.

    @Test
    void beforeItIsReadyEverythingSaysThatThePeerIsUnavailable() {
        peer = new DatomicPeer(Config.of(MemDatabase.newUri()), Schema.BITS, List.of(), gaveUp::incrementAndGet);
        assertFalse(peer.isReady());
        assertTrue(peer.isStale());
        assertThrows(PeerUnavailableException.class, peer::db);
        assertThrows(PeerUnavailableException.class, peer::feed);
        assertFalse(peer.whenReady().isDone());
        assertInstanceOf(PeerUnavailableException.class, failureOf(List.of()));
        assertInstanceOf(PeerUnavailableException.class, failureOf(peer.sync(SOON)));
        assertEquals(
                HealthCheckResponse.Status.DOWN,
                new PeerReadiness("datomic-peer", peer).call().getStatus());
    }

    @Test
    void aPeerThatInstallsCreatesTheDatabaseAndIsReadyWithItsSchema() {
        startReady(Config.of(MemDatabase.newUri()));
        assertTrue(Schema.BITS.isInstalled(peer.db()));
        assertEquals(BasisT.of(peer.db()), peer.feed().last());
        HealthCheckResponse readiness = new PeerReadiness("datomic-peer", peer).call();
        assertEquals(HealthCheckResponse.Status.UP, readiness.getStatus());
        assertEquals(
                peer.feed().last().value(), readiness.getData().orElseThrow().get("t"));
    }

    @Test
    void aPeerThatDoesNotInstallWaitsForTheDatabaseAndThenForTheSchema() throws Exception {
        String uri = MemDatabase.newUri();
        try (LogWatch log = new LogWatch()) {
            start(Config.of(uri).waiting());
            await().atMost(SOON).until(() -> log.tells("No database at " + uri + " yet"));
            Peer.createDatabase(uri);
            await().atMost(SOON).until(() -> log.tells("Waiting for the schema"));
        }
        assertFalse(peer.isReady());
        CompletableFuture<Boolean> readyWhenTold = peer.whenReady().thenApply(done -> peer.isReady());
        Schema.BITS.install(Peer.connect(uri), MemDatabase.PATIENCE);
        assertTrue(readyWhenTold.get(30, TimeUnit.SECONDS));
        assertEquals(0, gaveUp.get());
    }

    /** Datomic throws checked exceptions without declaring them: here an SQLException, with no driver for this URL. */
    @ParameterizedTest
    @ValueSource(strings = {"datomic:mem://nobody-made-this", "datomic:sql://bits?jdbc:nonsense:", "nonsense"})
    void aPeerThatFindsNoDatabaseGivesUpWithinItsTime(String uri) {
        start(Config.of(uri).waiting().givingUpAfter(Duration.ofMillis(600)));
        await().atMost(SOON).until(() -> gaveUp.get() == 1);
        assertFalse(peer.isReady());
    }

    @Test
    void aPeerWhoseSchemaCantBeInstalledGivesUp() {
        MemDatabase database = MemDatabase.empty();
        database.transact(Util.read(
                "{:db/ident :post/text :db/valueType :db.type/long" + " :db/cardinality :db.cardinality/one}"));
        start(Config.of(database.uri()));
        await().atMost(SOON).until(() -> gaveUp.get() == 1);
        assertFalse(peer.isReady());
    }

    @Test
    void theLogNeverTellsWhatFollowsTheQuestionMarkWhereThePasswordIs() {
        try (LogWatch log = new LogWatch()) {
            // Datomic's own message for a URI that it can't read holds all of it.
            start(Config.of("datomic:bogus://bits?password=quite-secret").givingUpAfter(Duration.ofMillis(600)));
            await().atMost(SOON).until(() -> gaveUp.get() == 1);
            assertTrue(log.tells("datomic:bogus://bits"));
            assertFalse(log.tells("quite-secret"));
        }
    }

    @RepeatedTest(5)
    void aListenerMayAskForTheDatabaseFromTheFirstTransactionOn() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        MemDatabase database = MemDatabase.withSchema();
        Thread writer = new Thread(() -> {
            while (!done.get()) {
                database.transact();
            }
        });
        writer.start();
        try {
            start(Config.of(database.uri()), transaction -> {
                try {
                    peer.db();
                } catch (RuntimeException e) {
                    failure.set(e);
                }
                heard.add(transaction);
            });
            await().atMost(SOON).until(() -> heard.size() > 50 || failure.get() != null);
        } finally {
            done.set(true);
            writer.join();
        }
        peer.stop();
        assertEquals(null, failure.get());
    }

    // Stopping.

    @Test
    void stoppingWhileConnectingIsQuickAndIsNotGivingUp() throws InterruptedException {
        String uri = MemDatabase.newUri();
        try (LogWatch log = new LogWatch()) {
            start(Config.of(uri).waiting());
            await().atMost(SOON).until(() -> log.tells("No database at " + uri + " yet"));
        }
        peer.stop();
        assertEquals(0, gaveUp.get());
    }

    @Test
    void stoppingWhileWaitingForTheSchemaReleasesTheConnectionAndIsNotGivingUp() throws InterruptedException {
        MemDatabase database = MemDatabase.empty();
        try (LogWatch log = new LogWatch()) {
            start(Config.of(database.uri()).waiting());
            await().atMost(SOON).until(() -> log.tells("Waiting for the schema"));
        }
        peer.stop();
        assertEquals(0, gaveUp.get());
        await().atMost(SOON)
                .untilAsserted(() -> assertThrows(IllegalStateException.class, database::basis, "released"));
    }

    @Test
    void afterStoppingThePeerIsUnavailable() throws InterruptedException {
        startReady(Config.of(MemDatabase.newUri()));
        peer.stop();
        assertFalse(peer.isReady());
        assertThrows(PeerUnavailableException.class, peer::db);
        assertInstanceOf(PeerUnavailableException.class, failureOf(List.of()));
    }

    // Writing.

    @Test
    void aTransactionTellsItsTInstantAndDatabaseAndEveryListenerHearsOfIt() throws Exception {
        List<Transaction> alsoHeard = Collections.synchronizedList(new ArrayList<>());
        startReady(Config.of(MemDatabase.newUri()), heard::add, alsoHeard::add);

        Committed committed = transact(Util.map(Attributes.ACTOR_ID, "a"));

        assertEquals(BasisT.of(committed.db()), committed.t());
        Object entity = Peer.toTx(committed.t().value());
        assertEquals(((Date) committed.db().entity(entity).get(Attributes.TX_INSTANT)).toInstant(), committed.at());
        assertEquals(
                "a", committed.db().entity(Util.list(Attributes.ACTOR_ID, "a")).get(Attributes.ACTOR_ID));
        peer.feed().reached(committed.t(), SOON).get();
        for (List<Transaction> each : List.of(heard, alsoHeard)) {
            assertEquals(
                    List.of(committed.t()), each.stream().map(Transaction::t).toList());
            assertEquals(committed.at(), each.get(0).at());
        }
    }

    @Test
    void aRepeatedIdempotencyKeyIsAUniqueConflict() throws Exception {
        startReady(Config.of(MemDatabase.newUri()));
        Object keyed = Util.map(
                Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.ACTION_IDEMPOTENCY_KEY, UUID.randomUUID());
        Committed first = transact(keyed);
        assertEquals(TransactionRejectedException.Reason.UNIQUE_CONFLICT, rejection(List.of(keyed)));
        assertEquals(first.t(), BasisT.of(peer.db()));
    }

    @Test
    void aCompareAndSetThatFindsAnotherValueSaysSo() throws Exception {
        startReady(Config.of(MemDatabase.newUri()));
        Committed first = transact(Util.map(Attributes.ACTOR_ID, "a", Attributes.ACTOR_NAME, "Ann"));
        Object actor = first.db().entid(Util.list(Attributes.ACTOR_ID, "a"));
        assertEquals(
                TransactionRejectedException.Reason.CAS_FAILED,
                rejection(List.of(Util.list(Attributes.CAS, actor, Attributes.ACTOR_NAME, "Bob", "Eve"))));
    }

    @Test
    void dataThatIsWrongIsRejectedForAnotherReason() {
        startReady(Config.of(MemDatabase.newUri()));
        for (Object wrong : List.of(
                Util.map(Attributes.ACTOR_ID, 42L),
                Util.map(Keyword.intern("no", "such"), "a"),
                Util.list(Attributes.ADD, Util.list(Attributes.ACTOR_ID, "nobody"), Attributes.ACTOR_NAME, "a"),
                "not even a form")) {
            assertEquals(TransactionRejectedException.Reason.OTHER, rejection(List.of(wrong)), wrong::toString);
        }
    }

    @Test
    void aTransactionThatTakesTooLongHasAnUnknownOutcomeAndMayStillHappen() throws Exception {
        startReady(Config.of(MemDatabase.newUri()).transactingWithin(Duration.ofMillis(100)));
        installFunction(":test/slowly", "(do (Thread/sleep 1000) [[:db/add \"a\" :actor/id \"late\"]])");
        Throwable failure = failureOf(List.of(Util.list(Keyword.intern("test", "slowly"))));
        assertInstanceOf(OutcomeUnknownException.class, failure);
        assertInstanceOf(TimeoutException.class, failure.getCause());
        await().atMost(SOON).until(() -> peer.db().entid(Util.list(Attributes.ACTOR_ID, "late")) != null);
    }

    @Test
    void aFailureThatDoesNotBlameTheDataLeavesTheOutcomeUnknown() throws Exception {
        startReady(Config.of(MemDatabase.newUri()));
        installFunction(":test/broken", "(throw (RuntimeException. \"thrown by the test\"))");
        installFunction(":test/vague", "(throw (ex-info \"thrown by the test\" {:no \"anomaly\"}))");
        assertInstanceOf(
                OutcomeUnknownException.class, failureOf(List.of(Util.list(Keyword.intern("test", "broken")))));
        assertInstanceOf(OutcomeUnknownException.class, failureOf(List.of(Util.list(Keyword.intern("test", "vague")))));
    }

    @Test
    void aConnectionThatWasReleasedSubmitsNothing() {
        startReady(Config.of(MemDatabase.newUri()));
        Peer.connect(uri).release();
        assertInstanceOf(PeerUnavailableException.class, failureOf(List.of()));
    }

    // Staleness.

    @Test
    void aSyncTellsOfEverythingAcknowledgedBefore() throws Exception {
        startReady(Config.of(MemDatabase.newUri()));
        Committed committed = transact(Util.map(Attributes.ACTOR_ID, "a"));
        Database newest = peer.sync(SOON).get();
        assertFalse(committed.t().isAfter(BasisT.of(newest)));
    }

    @Test
    void aSyncThatCantBeAskedSaysThatThePeerIsUnavailable() {
        startReady(Config.of(MemDatabase.newUri()));
        Peer.connect(uri).release();
        assertInstanceOf(PeerUnavailableException.class, failureOf(peer.sync(SOON)));
    }

    @Test
    void aPeerThatIsConfirmedIsNotStale() {
        startReady(Config.of(MemDatabase.newUri()).confirmed(Duration.ofMillis(50), Duration.ofSeconds(1)));
        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> !peer.isStale());
    }

    @Test
    void aPeerThatIsNotConfirmedIsStale() {
        startReady(Config.of(MemDatabase.newUri()).confirmed(Duration.ofHours(1), Duration.ofMillis(50)));
        await().atMost(SOON).until(peer::isStale);
    }

    private void start(Config config, TransactionListener... listeners) {
        uri = config.uri();
        peer = new DatomicPeer(config, Schema.BITS, List.of(listeners), gaveUp::incrementAndGet);
        peer.start();
    }

    private void startReady(Config config, TransactionListener... listeners) {
        start(config, listeners);
        await().atMost(SOON).until(peer::isReady);
    }

    private Committed transact(Object... data) throws Exception {
        return peer.transact(List.of(data)).get(30, TimeUnit.SECONDS);
    }

    private void installFunction(String name, String code) throws Exception {
        Object function = Peer.function(Util.map(
                Util.read(":lang"),
                Util.read(":clojure"),
                Util.read(":params"),
                Util.read("[db]"),
                Util.read(":code"),
                code));
        Object definition = Util.map(Attributes.DB_IDENT, Util.read(name), Util.read(":db/fn"), function);
        Peer.connect(uri).transact(List.of(definition)).get();
    }

    private TransactionRejectedException.Reason rejection(List<?> data) {
        return assertInstanceOf(TransactionRejectedException.class, failureOf(data))
                .reason();
    }

    /** What a callback of the future gets to see, which has to be the bare exception and not one inside a CompletionException. */
    private Throwable failureOf(List<?> data) {
        return failureOf(peer.transact(data));
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        try {
            return future.handle((committed, failure) -> failure).get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private record Config(
            String uri,
            boolean installSchema,
            Duration connectTimeout,
            Duration transactTimeout,
            Duration feedTick,
            Duration confirmInterval,
            Duration staleAfter)
            implements DatomicConfig {

        static Config of(String uri) {
            return new Config(
                    uri,
                    true,
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(250),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10));
        }

        Config waiting() {
            return new Config(uri, false, connectTimeout, transactTimeout, feedTick, confirmInterval, staleAfter);
        }

        Config givingUpAfter(Duration timeout) {
            return new Config(uri, installSchema, timeout, transactTimeout, feedTick, confirmInterval, staleAfter);
        }

        Config transactingWithin(Duration timeout) {
            return new Config(uri, installSchema, connectTimeout, timeout, feedTick, confirmInterval, staleAfter);
        }

        Config confirmed(Duration every, Duration stale) {
            return new Config(uri, installSchema, connectTimeout, transactTimeout, feedTick, every, stale);
        }
    }

    /** All that the peer writes to its log, with the stack traces. */
    private static final class LogWatch extends Handler implements AutoCloseable {

        private final java.util.logging.Logger logger = java.util.logging.Logger.getLogger(DatomicPeer.class.getName());
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        LogWatch() {
            logger.addHandler(this);
        }

        boolean tells(String text) {
            synchronized (lines) {
                return lines.stream().anyMatch(line -> line.contains(text));
            }
        }

        @Override
        public void publish(LogRecord entry) {
            lines.add(new org.jboss.logmanager.formatters.PatternFormatter("%s%e")
                    .format(org.jboss.logmanager.ExtLogRecord.wrap(entry)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }
}

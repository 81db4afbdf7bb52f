package page.bits.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Peer;
import datomic.Util;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SchemaTest {

    private static final Keyword DOC = Keyword.intern("db", "doc");
    private static final Keyword VALUE_TYPE = Keyword.intern("db", "valueType");
    private static final Keyword CARDINALITY = Keyword.intern("db", "cardinality");
    private static final Object ONE = Keyword.intern("db.cardinality", "one");

    private MemDatabase database;

    @BeforeEach
    void open() {
        database = MemDatabase.empty();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anEmptyDatabaseHasNoSchemaUntilItIsInstalled() throws InterruptedException {
        assertFalse(Schema.BITS.isInstalled(database.connection().db()));
        database.installSchema();
        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
    }

    @Test
    void definitionsWithoutAnEpochAreNotYetTheSchema() {
        database.transact(definitions().toArray());
        assertFalse(Schema.BITS.isInstalled(database.connection().db()));
    }

    @Test
    void installingAgainMakesNoTransaction() throws InterruptedException {
        database.installSchema();
        BasisT installed = database.basis();
        database.installSchema();
        assertEquals(installed, database.basis());
    }

    @Test
    void aChangedDefinitionIsPutRightAndNothingElseIsTouched() throws InterruptedException {
        database.installSchema();
        database.transact(Util.map(Attributes.DB_IDENT, Attributes.ACTOR_ID, DOC, "something else"));
        BasisT changed = database.basis();

        database.installSchema();

        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
        assertEquals(Set.of(Attributes.ACTOR_ID), namesTouchedAfter(changed));
    }

    @Test
    void nodesOfTwoVersionsRunSideBySideWhereOnlyTheDocumentationDiffers() throws InterruptedException {
        database.installSchema();
        database.transact(Util.map(Attributes.DB_IDENT, Attributes.ACTOR_ID, DOC, "as a later version puts it"));
        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
    }

    @Test
    void aFunctionThatIsThereIsLeftAsItIs() throws InterruptedException {
        database.installSchema();
        Object other = Peer.function(Util.map(
                Keyword.intern("lang"), Keyword.intern("clojure"),
                Keyword.intern("params"), List.of(),
                Keyword.intern("code"), "nil"));
        database.transact(Util.map(Attributes.DB_IDENT, Attributes.COUNT, Keyword.intern("db", "fn"), other));
        BasisT changed = database.basis();
        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
        database.installSchema();
        assertEquals(changed, database.basis());
    }

    @Test
    void aDefinitionOfAnotherMeaningIsNotTheSchema() throws InterruptedException {
        database.installSchema();
        database.transact(Util.map(Attributes.DB_IDENT, Attributes.POST_LIKED_BY, CARDINALITY, ONE));
        assertFalse(Schema.BITS.isInstalled(database.connection().db()));
    }

    @Test
    void aMissingDefinitionIsAddedAndNothingElseIsTouched() throws InterruptedException {
        database.transact(definitions().stream()
                .filter(definition -> !definition.get(Attributes.DB_IDENT).equals(Attributes.COMMENT_TEXT))
                .toArray());
        database.transact(Util.map(Attributes.DB_ID, Attributes.HISTORY, Attributes.HISTORY_EPOCH, "before"));
        BasisT before = database.basis();

        database.installSchema();

        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
        assertEquals(Set.of(Attributes.COMMENT_TEXT), namesTouchedAfter(before));
        assertEquals(new Epoch("before"), Epoch.of(database.connection().db()));
    }

    @Test
    void aDefinitionThatDatomicRefusesIsReportedWithItsReason() {
        database.transact(Util.map(
                Attributes.DB_IDENT,
                Attributes.POST_TEXT,
                VALUE_TYPE,
                Keyword.intern("db.type", "long"),
                CARDINALITY,
                ONE));
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> database.installSchema());
        assertTrue(refused.getCause().getMessage().contains(":post/text"), refused.getCause()::getMessage);
    }

    @RepeatedTest(10)
    void nodesThatInstallAtOnceAgreeOnOneEpoch() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Epoch> node = () -> {
            together.await(30, TimeUnit.SECONDS);
            database.installSchema();
            return Epoch.of(database.connection().db());
        };
        ExecutorService nodes = Executors.newFixedThreadPool(2);
        try {
            Set<Epoch> epochs = new HashSet<>();
            for (Future<Epoch> each : nodes.invokeAll(List.of(node, node), 60, TimeUnit.SECONDS)) {
                epochs.add(each.get());
            }
            assertEquals(1, epochs.size());
        } finally {
            nodes.shutdownNow();
        }
        assertEquals(1, epochsEverAsserted());
    }

    @RepeatedTest(10)
    void aNodeThatInstallsWhileAnotherAlreadyWritesIsNotRefused() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> writer = threads.submit(() -> {
                while (!done.get()) {
                    database.transact();
                }
            });
            Future<?> installer = threads.submit(() -> {
                database.installSchema();
                return null;
            });
            installer.get(60, TimeUnit.SECONDS);
            done.set(true);
            writer.get(60, TimeUnit.SECONDS);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertTrue(Schema.BITS.isInstalled(database.connection().db()));
    }

    @Test
    void twoDatabasesHaveDifferentEpochs() throws InterruptedException {
        database.installSchema();
        try (MemDatabase other = MemDatabase.withSchema()) {
            assertNotEquals(
                    Epoch.of(database.connection().db()),
                    Epoch.of(other.connection().db()));
        }
    }

    @Test
    void anImporterMayKeepTheTimesThatItsMaterialBears() throws InterruptedException {
        database.installSchema();
        Date then = Date.from(Instant.parse("2009-07-01T12:00:00Z"));
        Map<?, ?> imported = database.transact(
                Util.map(Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.TX_INSTANT, then),
                Util.map(Attributes.POST_ID, UUID.randomUUID(), Attributes.POST_TEXT, "an old one"));
        Database db = (Database) imported.get(Connection.DB_AFTER);
        assertEquals(then, db.entity(Peer.toTx(db.basisT())).get(Attributes.TX_INSTANT));
    }

    @Test
    void aMapFormWithAHandleThatIsTakenIsRefusedAndLeavesItsOwnerAlone() throws InterruptedException {
        database.installSchema();
        Object handle = Util.list(Attributes.CREATOR_HANDLE, "alice");
        database.transact(Util.map(Attributes.CREATOR_HANDLE, "alice", Attributes.CREATOR_DISPLAY_NAME, "Alice"));
        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> database.transact(
                        Util.map(Attributes.CREATOR_HANDLE, "alice", Attributes.CREATOR_DISPLAY_NAME, "Mallory")));
        assertEquals(
                TransactionRejectedException.Reason.UNIQUE_CONFLICT,
                new TransactionRejectedException(refused.getCause()).reason());
        assertEquals("Alice", database.connection().db().entity(handle).get(Attributes.CREATOR_DISPLAY_NAME));
    }

    @Test
    void theConstantsAreTheAttributesOfTheSchemaAndNoOthers() throws InterruptedException {
        database.installSchema();
        Database db = database.connection().db();
        Set<String> constants = keywordsOf(Attributes.class).stream()
                .filter(name -> !Set.of("db", "bits").contains(name.getNamespace()))
                .map(Keyword::toString)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> attributes = definitions().stream()
                .filter(definition -> definition.containsKey(VALUE_TYPE))
                .map(definition -> definition.get(Attributes.DB_IDENT).toString())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(attributes, constants);
        constants.forEach(name -> assertTrue(db.attribute(name) != null, name));
    }

    private static List<Keyword> keywordsOf(Class<?> constants) {
        return Arrays.stream(constants.getFields())
                .filter(field -> field.getType() == Keyword.class)
                .map(SchemaTest::value)
                .toList();
    }

    private static Keyword value(Field field) {
        try {
            return (Keyword) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The entities, other than transactions and the database partition, of which anything was said after {@code t}. */
    private Set<Object> namesTouchedAfter(BasisT t) {
        Database db = database.connection().db();
        Set<Object> names = new HashSet<>();
        for (Map<?, ?> entry : database.connection().log().txRange(t.value() + 1, null)) {
            for (Object each : (Iterable<?>) entry.get(Log.DATA)) {
                Datom datom = (Datom) each;
                boolean registersAnAttribute = datom.e().equals(0L);
                if (!registersAnAttribute && !datom.e().equals(datom.tx())) {
                    names.add(db.ident(datom.e()));
                }
            }
        }
        return names;
    }

    private long epochsEverAsserted() {
        Database history = database.connection().db().history();
        long asserted = 0;
        for (Datom datom : history.datoms(Database.AEVT, Attributes.HISTORY_EPOCH)) {
            asserted += datom.added() ? 1 : 0;
        }
        return asserted;
    }

    private static List<Map<?, ?>> definitions() {
        List<Map<?, ?>> definitions = new ArrayList<>();
        for (String file : Schema.BITS.files()) {
            try (Reader reader = new InputStreamReader(
                    Schema.class.getResourceAsStream("/schema/" + file + ".edn"), StandardCharsets.UTF_8)) {
                for (Object forms : Util.readAll(reader)) {
                    ((List<?>) forms).forEach(form -> definitions.add((Map<?, ?>) form));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return definitions;
    }
}

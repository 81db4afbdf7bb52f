package page.bits.peer;

import datomic.Connection;
import datomic.Database;
import datomic.Entity;
import datomic.Peer;
import datomic.Util;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The schema of a database, as EDN files under {@code /schema/} of the class path tell it, and its installation: idempotent,
 * safe to run on several nodes at once, and without a transaction where nothing differs.
 *
 * @param files their names without {@code .edn}; one of them is {@code history}, which every {@link Epoch} is kept by
 */
public record Schema(List<String> files) {

    /** That of the main database. */
    public static final Schema BITS = Schema.of("history", "transactions", "actors", "creators", "posts", "functions");

    private static final Logger LOG = Logger.getLogger(Schema.class);

    /** Enough for other nodes to get in between; more would hide a schema that can't be installed. */
    private static final int MAX_REFUSALS = 6;

    /** Between two tries while the transactor is away. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /**
     * The instant of the very first installation. A transaction may not be older than the one before it, so a schema that is
     * dated early is what lets an importer keep the times that its material bears.
     */
    private static final Instant BEGINNING = Instant.parse("2001-01-01T00:00:00Z");

    /** What Datomic makes of {@code #db/fn}; a record of its own, which is in no public package. */
    private static final String FUNCTION = "datomic.function.Function";

    public Schema {
        files = List.copyOf(files);
    }

    public static Schema of(String... files) {
        return new Schema(List.of(files));
    }

    /**
     * Whether {@code db} works for this version of Bits: every definition of the files is there, and the epoch. What a
     * definition's documentation says does not matter here, so that nodes of two versions run side by side.
     */
    boolean isInstalled(Database db) {
        return definitions().stream().noneMatch(definition -> differs(db, withoutDoc(definition)))
                && Epoch.in(db).isPresent();
    }

    /**
     * Brings the database to what the files say. Blocks while the transactor is away.
     *
     * @param patience how long one step may wait for the transactor before it is tried again
     * @throws IllegalStateException when the transactor refuses a definition
     */
    void install(Connection connection, Duration patience) throws InterruptedException {
        int refusals = 0;
        while (!isUpToDate(connection.db())) {
            try {
                installNext(connection, patience);
            } catch (ExecutionException e) {
                if (!DatomicPeer.isRefusal(e.getCause())) {
                    awaitTransactor(e.getCause());
                } else if (++refusals == MAX_REFUSALS) {
                    // Of two nodes that install at once, the second may be refused what the first has done; but only so
                    // often.
                    throw new IllegalStateException("the schema could not be installed", e.getCause());
                }
            } catch (TimeoutException e) {
                awaitTransactor(e);
            }
        }
    }

    private boolean isUpToDate(Database db) {
        return missing(db).isEmpty() && Epoch.in(db).isPresent();
    }

    private static void awaitTransactor(Throwable reason) throws InterruptedException {
        LOG.infof("The schema can't be installed yet: %s", reason);
        Thread.sleep(PAUSE.toMillis());
    }

    /** The definitions that are missing, or else the epoch: an attribute can't be used in the transaction that installs it. */
    private void installNext(Connection connection, Duration patience)
            throws ExecutionException, InterruptedException, TimeoutException {
        Database db = answer(connection::sync, patience);
        List<Map<?, ?>> missing = missing(db);
        if (!missing.isEmpty()) {
            BasisT t = transact(connection, db, missing, patience);
            LOG.infof("Installed %d of the schema's definitions at t %s", missing.size(), t);
        } else if (Epoch.in(db).isEmpty()) {
            Epoch epoch = Epoch.random();
            // Compare-and-set keeps the epoch of another node that is first.
            transact(
                    connection,
                    db,
                    List.of(Util.list(
                            Attributes.CAS, Attributes.HISTORY, Attributes.HISTORY_EPOCH, null, epoch.value())),
                    patience);
            LOG.infof("A new history begins: epoch %s", epoch);
        }
    }

    @SuppressWarnings("rawtypes") // Datomic's maps are raw
    private static BasisT transact(Connection connection, Database db, List<?> definitions, Duration patience)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<Object> data = new ArrayList<>(definitions);
        if (!newestInstant(db).after(Date.from(BEGINNING))) {
            data.add(Util.map(
                    Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.TX_INSTANT, Date.from(BEGINNING)));
        }
        Map committed = answer(() -> connection.transactAsync(data), patience);
        return BasisT.of((Database) committed.get(Connection.DB_AFTER));
    }

    /** What is thrown at once, because the transactor is away, fails as what is told later. */
    private static <T> T answer(Callable<? extends Future<T>> question, Duration patience)
            throws ExecutionException, InterruptedException, TimeoutException {
        Future<T> asked;
        try {
            asked = question.call();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new ExecutionException(e);
        }
        return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Date newestInstant(Database db) {
        return (Date) db.entity(Peer.toTx(db.basisT())).get(Attributes.TX_INSTANT);
    }

    private List<Map<?, ?>> missing(Database db) {
        return definitions().stream()
                .filter(definition -> differs(db, definition))
                .toList();
    }

    private static Map<?, ?> withoutDoc(Map<?, ?> definition) {
        Map<Object, Object> rest = new HashMap<>(definition);
        rest.remove(Attributes.DB_DOC);
        return rest;
    }

    private static boolean differs(Database db, Map<?, ?> definition) {
        Object ident = definition.get(Attributes.DB_IDENT);
        if (db.entid(ident) == null) {
            return true;
        }
        Entity installed = db.entity(ident);
        return definition.entrySet().stream()
                .anyMatch(entry -> !isSame(installed.get(entry.getKey()), entry.getValue()));
    }

    /**
     * Of a function only its name counts. What it does never changes, since nodes of two versions call it side by side: one that
     * does something else gets another name.
     */
    private static boolean isSame(Object installed, Object defined) {
        return FUNCTION.equals(defined.getClass().getName()) ? installed != null : Objects.equals(installed, defined);
    }

    private List<Map<?, ?>> definitions() {
        List<Map<?, ?>> definitions = new ArrayList<>();
        for (String file : files) {
            String path = "/schema/" + file + ".edn";
            try (Reader reader = new InputStreamReader(
                    Objects.requireNonNull(Schema.class.getResourceAsStream(path), path), StandardCharsets.UTF_8)) {
                for (Object form : Util.readAll(reader)) {
                    ((List<?>) form).forEach(definition -> definitions.add((Map<?, ?>) definition));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return definitions;
    }
}

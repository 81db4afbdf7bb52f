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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/**
 * The schema, as the EDN files under {@code schema/} tell it, and its installation: idempotent, safe to run on several nodes
 * at once, and without a transaction where nothing differs.
 */
final class Schema {

    private static final Logger LOG = Logger.getLogger(Schema.class);
    private static final List<String> FILES = List.of("history", "transactions", "actors", "creators", "posts");

    /** Enough for the two steps and for other nodes to get in between; more would hide a schema that can't be installed. */
    private static final int TRIES = 6;

    /**
     * The instant of the very first installation. A transaction may not be older than the one before it, so a schema that is
     * dated early is what lets an importer keep the times that its material bears.
     */
    private static final Instant BEGINNING = Instant.parse("2001-01-01T00:00:00Z");

    private Schema() {}

    /** Whether everything in the files is in {@code db} as they say, and the epoch is there. */
    static boolean isInstalled(Database db) {
        return missing(db).isEmpty() && Epoch.in(db).isPresent();
    }

    /** Brings the database to what the files say. Blocks. */
    static void install(Connection connection) throws InterruptedException {
        for (int tries = 1; !isInstalled(connection.db()); tries++) {
            try {
                installNext(connection);
            } catch (ExecutionException e) {
                // Of two nodes that install at once, the second may be refused what the first has done: look again.
                if (tries == TRIES) {
                    throw new IllegalStateException("the schema could not be installed", e.getCause());
                }
            }
        }
    }

    /** The definitions that are missing, or else the epoch: an attribute can't be used in the transaction that installs it. */
    private static void installNext(Connection connection) throws ExecutionException, InterruptedException {
        Database db = connection.sync().get();
        List<Map<?, ?>> missing = missing(db);
        if (!missing.isEmpty()) {
            BasisT t = transact(connection, db, missing);
            LOG.infof("Installed %d of the schema's definitions at t %s", missing.size(), t);
        } else if (Epoch.in(db).isEmpty()) {
            Epoch epoch = Epoch.random();
            // Compare-and-set keeps the epoch of another node that is first.
            transact(
                    connection,
                    db,
                    List.of(Util.list(
                            Attributes.CAS, Attributes.HISTORY, Attributes.HISTORY_EPOCH, null, epoch.value())));
            LOG.infof("A new history begins: epoch %s", epoch);
        }
    }

    private static BasisT transact(Connection connection, Database db, List<?> definitions)
            throws ExecutionException, InterruptedException {
        List<Object> data = new ArrayList<>(definitions);
        if (!newestInstant(db).after(Date.from(BEGINNING))) {
            data.add(Util.map(
                    Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.TX_INSTANT, Date.from(BEGINNING)));
        }
        return BasisT.of((Database) connection.transact(data).get().get(Connection.DB_AFTER));
    }

    private static Date newestInstant(Database db) {
        return (Date) db.entity(Peer.toTx(db.basisT())).get(Attributes.TX_INSTANT);
    }

    private static List<Map<?, ?>> missing(Database db) {
        return definitions().stream()
                .filter(definition -> differs(db, definition))
                .toList();
    }

    private static boolean differs(Database db, Map<?, ?> definition) {
        Object ident = definition.get(Attributes.DB_IDENT);
        if (db.entid(ident) == null) {
            return true;
        }
        Entity installed = db.entity(ident);
        return definition.entrySet().stream()
                .anyMatch(entry -> !Objects.equals(installed.get(entry.getKey()), entry.getValue()));
    }

    private static List<Map<?, ?>> definitions() {
        List<Map<?, ?>> definitions = new ArrayList<>();
        for (String file : FILES) {
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

package page.bits.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static page.bits.peer.Attributes.ADD;
import static page.bits.peer.Attributes.COUNT;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.RETRACT;

import datomic.Connection;
import datomic.Database;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FactsTest {

    private MemDatabase database;
    private Object alice;

    @BeforeEach
    void aDatabase() throws InterruptedException {
        database = MemDatabase.withSchema();
        alice = created("alice");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Object created(String handle) {
        database.transact(Util.map(CREATOR_HANDLE, handle, CREATOR_DISPLAY_NAME, handle));
        return db().entid(Util.list(CREATOR_HANDLE, handle));
    }

    private Database db() {
        return database.connection().db();
    }

    private Database count(long more) {
        Map<?, ?> result = database.transact(Util.list(COUNT, alice, CREATOR_POSTS, more));
        return (Database) result.get(Connection.DB_AFTER);
    }

    @Test
    void aFactIsTheOneThatHoldsInTheDatabaseValue() {
        Database before = db();
        database.transact(Util.list(ADD, alice, CREATOR_DISPLAY_NAME, "Alice"));
        assertEquals(Optional.of("alice"), Facts.value(before, alice, CREATOR_DISPLAY_NAME, String.class));
        assertEquals(Optional.of("Alice"), Facts.value(db(), alice, CREATOR_DISPLAY_NAME, String.class));
        assertEquals(
                Optional.of("alice"),
                Facts.value(db().asOf(before.basisT()), alice, CREATOR_DISPLAY_NAME, String.class));
        assertEquals(Optional.empty(), Facts.value(db(), alice, CREATOR_POSTS, Long.class));
        assertEquals(
                db().entity(Peer.toTx(db().basisT())).get(Attributes.TX_INSTANT),
                Date.from(Facts.instant(db(), Peer.toTx(db().basisT()))));
    }

    @Test
    void aNumberIsWhatItWasAtAnyTimeHoweverItWentUpAndDown() {
        List<Database> values = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        long expected = 0;
        for (long more : List.of(1L, 1L, 1L, -1L, -1L, 1L, 5L, -6L, 0L, 3L)) {
            expected += more;
            values.add(count(more));
            counts.add(expected);
        }
        for (int i = 0; i < values.size(); i++) {
            assertEquals(counts.get(i), Facts.count(values.get(i), alice, CREATOR_POSTS));
            assertEquals(
                    counts.get(i), Facts.count(db().asOf(values.get(i).basisT()), alice, CREATOR_POSTS), "as of " + i);
        }
    }

    @Test
    void aNumberThatWentUpAndDownByOnesAndByLeapsIsFoundAtAnyTime() {
        Random random = new Random(7);
        List<Long> ts = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        long expected = 0;
        for (int i = 0; i < 600; i++) {
            long more = random.nextInt(10) == 0
                    ? random.nextLong(-expected, 40)
                    : expected > 0 && random.nextBoolean() ? -1 : 1;
            expected += more;
            ts.add(count(more).basisT());
            counts.add(expected);
        }
        Database db = db();
        for (int i = 0; i < ts.size(); i++) {
            assertEquals(counts.get(i), Facts.count(db.asOf(ts.get(i)), alice, CREATOR_POSTS), "as of " + ts.get(i));
        }
    }

    @Test
    void aNumberThatIsMissingIsNoneWhateverIsBesideIt() {
        Database nothing = db();
        assertEquals(0, Facts.count(nothing, alice, CREATOR_POSTS));
        count(7);
        Object bob = created("bob");
        assertEquals(0, Facts.count(db(), bob, CREATOR_POSTS));
        assertEquals(7, Facts.count(db(), alice, CREATOR_POSTS));
        assertEquals(0, Facts.count(db().asOf(nothing.basisT()), alice, CREATOR_POSTS));
        database.transact(Util.list(RETRACT, alice, CREATOR_POSTS));
        assertEquals(0, Facts.count(db(), alice, CREATOR_POSTS));
        database.transact(Util.map(DB_ID, bob, CREATOR_POSTS, 1L));
        assertEquals(0, Facts.count(db(), alice, CREATOR_POSTS));
        assertEquals(1, Facts.count(db(), bob, CREATOR_POSTS));
    }
}

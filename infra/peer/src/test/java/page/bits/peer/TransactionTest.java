package page.bits.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Util;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("unchecked") // Connection.TX_DATA is documented to hold datoms
class TransactionTest {

    private static final Object WHEN = Util.read(":test/when");
    private static final Instant INSTANT = Instant.parse("2010-01-02T03:04:05.678Z");

    @Test
    void theInstantIsTheTransactionsOwnAndNotAnotherDateAmongTheDatoms() {
        try (MemDatabase database = MemDatabase.empty()) {
            database.transact(
                    Util.map(Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.TX_INSTANT, new Date(1)),
                    Util.read(
                            "{:db/ident :test/when :db/valueType :db.type/instant :db/cardinality :db.cardinality/one}"));
            Map<?, ?> result = database.transact(
                    Util.map(Attributes.DB_ID, Attributes.THIS_TRANSACTION, Attributes.TX_INSTANT, Date.from(INSTANT)),
                    Util.map(WHEN, new Date(0)));
            List<Datom> datoms = new ArrayList<>((List<Datom>) result.get(Connection.TX_DATA));
            long t = ((Database) result.get(Connection.DB_AFTER)).basisT();
            assertEquals(INSTANT, Transaction.of(t, datoms).at());
            Collections.reverse(datoms);
            assertEquals(INSTANT, Transaction.of(t, datoms).at());
        }
    }

    @Test
    void datomsWithoutAnInstantAreNotATransaction() {
        assertThrows(IllegalArgumentException.class, () -> Transaction.of(1000, List.of()));
    }
}

package page.bits.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import datomic.Database;
import datomic.Peer;
import java.util.Date;
import org.junit.jupiter.api.Test;

class BasisTTest {

    @Test
    void aBasisIsNeverNegative() {
        assertThrows(IllegalArgumentException.class, () -> new BasisT(-1));
    }

    @Test
    void theBasisOfAnAsOfViewIsTheTItWasTakenAtAlsoWhenThatIsGivenAsATransaction() {
        try (MemDatabase database = MemDatabase.empty()) {
            BasisT earlier = database.basis();
            database.transact();
            Database db = database.connection().db();
            assertEquals(database.basis(), BasisT.of(db));
            assertEquals(earlier, BasisT.of(db.asOf(earlier.value())));
            assertEquals(earlier, BasisT.of(db.asOf(Peer.toTx(earlier.value()))));
        }
    }

    @Test
    void anAsOfViewOfATThatHasNotComeHasTheBasisOfItsDatabase() {
        try (MemDatabase database = MemDatabase.empty()) {
            Database db = database.connection().db();
            assertEquals(BasisT.of(db), BasisT.of(db.asOf(db.basisT() + 1_000)));
            assertEquals(BasisT.of(db), BasisT.of(db.asOf(new Date(System.currentTimeMillis() + 60_000))));
        }
    }
}

package page.bits.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import datomic.Database;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a-b", "A", "é", "12345678901234567", "a\n", " a"})
    void whatCouldNotStandInAnEventIdIsNoEpoch(String value) {
        assertThrows(IllegalArgumentException.class, () -> new Epoch(value));
    }

    @Test
    void newEpochsAreValidAndDiffer() {
        Set<Epoch> epochs = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            epochs.add(Epoch.random());
        }
        assertEquals(1_000, epochs.size());
    }

    @Test
    void aDatabaseWithoutTheSchemaSaysThatItHasNoEpoch() {
        try (MemDatabase database = MemDatabase.empty()) {
            Database db = database.connection().db();
            assertThrows(IllegalStateException.class, () -> Epoch.of(db));
        }
    }

    @Test
    void aViewFromBeforeTheSchemaSaysThatItHasNoEpoch() throws InterruptedException {
        try (MemDatabase database = MemDatabase.empty()) {
            BasisT before = database.basis();
            database.installSchema();
            Database then = database.connection().db().asOf(before.value());
            assertThrows(IllegalStateException.class, () -> Epoch.of(then));
        }
    }
}

package page.bits.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveriesTest {

    private static final List<Changes.Change> CHANGES =
            List.of(new Changes.Change(10, 100), new Changes.Change(12, 200), new Changes.Change(14, 300));

    private static Readers.Arrivals arrivals(int[] readers, long[] versions, long[] at) {
        return new Readers.Arrivals(readers.length, readers, versions, at);
    }

    @Test
    void eachChangeIsTimedAtEachReaderAndAtTheLast() {
        Deliveries deliveries = Deliveries.of(
                CHANGES,
                List.of(
                        arrivals(new int[] {0, 0, 0}, new long[] {10, 12, 14}, new long[] {101, 201, 301}),
                        arrivals(new int[] {1, 1, 1}, new long[] {10, 12, 14}, new long[] {105, 206, 307})),
                2);
        assertTrue(deliveries.areComplete());
        assertEquals(deliveries.wanted(), deliveries.events());
        assertArrayEquals(new long[] {1, 1, 1, 5, 6, 7}, deliveries.toReader());
        assertArrayEquals(new long[] {5, 6, 7}, deliveries.toLast());
    }

    @Test
    void whatAReaderSkipsCameWithTheNext() {
        Deliveries deliveries = Deliveries.of(
                CHANGES, List.of(arrivals(new int[] {0, 0}, new long[] {10, 14}, new long[] {101, 301})), 1);
        assertTrue(deliveries.areComplete());
        assertEquals(2, deliveries.events());
        assertArrayEquals(new long[] {1, 1, 101}, deliveries.toReader());
    }

    @Test
    void whatNeverCameIsMissing() {
        Deliveries deliveries = Deliveries.of(
                CHANGES,
                List.of(arrivals(new int[] {0, 0, 1}, new long[] {10, 12, 14}, new long[] {101, 201, 301})),
                2);
        assertEquals(1, deliveries.missing());
        assertFalse(deliveries.areComplete());
    }

    @Test
    void aReaderThatIsLedBackIsSeen() {
        Deliveries deliveries = Deliveries.of(
                CHANGES,
                List.of(arrivals(new int[] {0, 0, 0}, new long[] {10, 14, 12}, new long[] {101, 301, 302})),
                1);
        assertEquals(1, deliveries.backwards());
        assertFalse(deliveries.areComplete());
    }
}

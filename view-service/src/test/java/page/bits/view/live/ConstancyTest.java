package page.bits.view.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConstancyTest {

    private final Constancy constancy = new Constancy();

    @Test
    void nothingIsKnownBeforeTheFirstRendering() {
        constancy.toldOf(100);
        assertFalse(constancy.holds(100));
        assertEquals(50, constancy.startOf(50));
    }

    @Test
    void aRenderingHoldsForAsLongAsNoTransactionTouchesTheView() {
        constancy.seenAt(10);
        constancy.toldOf(20);
        assertTrue(constancy.holds(10));
        assertTrue(constancy.holds(20));
        assertFalse(constancy.holds(21));
        assertEquals(10, constancy.startOf(17));
        constancy.touched(30);
        assertTrue(constancy.holds(29));
        assertFalse(constancy.holds(30));
        constancy.toldOf(40);
        assertFalse(constancy.holds(40));
    }

    @Test
    void aTouchThatTheRenderingHasSeenAlreadyEndsNothing() {
        constancy.seenAt(10);
        constancy.touched(8);
        constancy.touched(10);
        constancy.toldOf(12);
        assertEquals(10, constancy.startOf(12));
    }

    @Test
    void ofTransactionsThatWereNotLookedAtAnyMayHaveTouchedTheView() {
        constancy.seenAt(150);
        constancy.touched(100, 200);
        assertTrue(constancy.holds(150));
        assertFalse(constancy.holds(170));
        constancy.toldOf(210);
        assertFalse(constancy.holds(170));
        constancy.seenAt(220);
        assertEquals(170, constancy.startOf(170));
    }

    @Test
    void earlierSpansAreRememberedAndWhatIsBetweenThemIsNot() {
        constancy.seenAt(10);
        constancy.touched(20);
        constancy.seenAt(25);
        constancy.touched(30);
        constancy.seenAt(31);
        assertEquals(10, constancy.startOf(19));
        assertEquals(22, constancy.startOf(22));
        assertEquals(25, constancy.startOf(29));
        assertEquals(30, constancy.startOf(30));
        assertTrue(constancy.isPast(30));
        assertFalse(constancy.isPast(31));
    }

    /** Against all that really happened: what it says is the same is the same, whichever of the two sides is ahead. */
    @Test
    void whatIsSaidToBeTheSameNeverChangedInBetween() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Constancy known = new Constancy();
            // By t, how often the view had been touched.
            List<Integer> touches = new ArrayList<>(List.of(0));
            int told = 0;
            int seen = -1;
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> touches.add(touches.get(touches.size() - 1) + (random.nextInt(3) == 0 ? 1 : 0));
                    case 1 -> {
                        int first = told + 1;
                        int newest = touches.size() - 1;
                        if (first > newest) {
                            continue;
                        }
                        if (random.nextInt(8) == 0) {
                            // What waits is not looked at, and of it only some is known to have been there.
                            told += 1 + random.nextInt(newest - told);
                            known.touched(first, newest);
                        } else {
                            told++;
                            if (touches.get(told) > touches.get(told - 1)) {
                                known.touched(told);
                            }
                        }
                        known.toldOf(told);
                    }
                    default -> {
                        int basis = touches.size() - 1;
                        if (!known.holds(basis) && basis >= told && basis > seen) {
                            known.seenAt(basis);
                            seen = basis;
                        }
                    }
                }
                for (int t = 0; t < touches.size(); t++) {
                    int start = (int) known.startOf(t);
                    assertTrue(start <= t);
                    assertEquals(touches.get(t), touches.get(start), "seed " + seed + ", t " + t + ", start " + start);
                    if (known.holds(t)) {
                        assertEquals(touches.get(seen), touches.get(t), "seed " + seed + ", t " + t);
                    }
                }
            }
        }
    }
}

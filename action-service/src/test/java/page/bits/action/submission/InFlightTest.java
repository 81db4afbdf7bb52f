package page.bits.action.submission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void asManyAreAdmittedAsMayRunAndWait() {
        InFlight inFlight = new InFlight(2, 1, LONG);
        for (int i = 0; i < 3; i++) {
            assertTrue(inFlight.admit());
        }
        assertFalse(inFlight.admit());
        inFlight.dismiss();
        assertTrue(inFlight.admit());
    }

    @Test
    void whoWaitsGetsThePlaceOfWhoLeavesInTheOrderOfComing() {
        InFlight inFlight = new InFlight(1, 2, LONG);
        assertTrue(inFlight.enter().isDone());
        CompletableFuture<Void> first = inFlight.enter();
        CompletableFuture<Void> second = inFlight.enter();
        assertFalse(first.isDone());
        assertEquals(2, inFlight.waiting());
        inFlight.leave();
        assertTrue(first.isDone());
        assertFalse(second.isDone());
        inFlight.leave();
        assertTrue(second.isDone());
        assertEquals(1, inFlight.running());
        inFlight.leave();
        assertEquals(0, inFlight.running());
    }

    @Test
    void whoWaitsTooLongGivesUpAndTakesNoPlace() {
        InFlight inFlight = new InFlight(1, 2, Duration.ofMillis(20));
        inFlight.enter();
        CompletableFuture<Void> late = inFlight.enter();
        ExecutionException failure = assertThrows(ExecutionException.class, () -> late.get(30, TimeUnit.SECONDS));
        assertInstanceOf(TimeoutException.class, failure.getCause());
        inFlight.leave();
        assertEquals(0, inFlight.running());
        assertTrue(inFlight.enter().isDone());
    }
}

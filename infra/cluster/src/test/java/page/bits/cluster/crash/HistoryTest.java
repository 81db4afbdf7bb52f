package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import page.bits.cluster.crash.History.Account;
import page.bits.cluster.crash.History.Entry;
import page.bits.cluster.crash.History.Verdict;

/** A checker that can't tell a forged history from a true one would make every crash test pass. */
class HistoryTest {

    /** The schema, then four of ann's (two of them acknowledged) and one of bob's. */
    private final List<Entry> log = new ArrayList<>(List.of(
            new Entry(1000, Optional.empty()),
            entry(1002, "ann/0"),
            entry(1004, "bob/0"),
            entry(1007, "ann/1"),
            entry(1009, "ann/4")));

    private final List<String> ann = new ArrayList<>(List.of(
            "started 1 1000",
            "submitted 2 0",
            "submitted 2 1",
            "submitted 2 2",
            "submitted 2 3",
            "submitted 2 4",
            "submitted 2 5",
            "delivered 3 1002 ann/0",
            "acked 3 0 1002",
            "delivered 4 1004 bob/0",
            "delivered 5 1007 ann/1",
            "acked 5 1 1007",
            "rejected 6 2 0",
            "unavailable 6 3 0",
            "delivered 7 1009 ann/4",
            "unknown 7 4 0",
            "unknown 7 5 0",
            "ended 8 1009"));

    private final List<String> bob = new ArrayList<>(List.of(
            "started 1 1002",
            "submitted 2 0",
            "delivered 4 1004 bob/0",
            "acked 4 0 1004",
            "delivered 5 1007 ann/1",
            "delivered 7 1009 ann/4",
            "ended 8 1009"));

    @Test
    void aTrueHistoryHolds() {
        Verdict verdict = check();
        assertTrue(verdict.holds(), verdict::toString);
        assertEquals(3, verdict.acknowledged());
        assertEquals(2, verdict.unknown());
        assertEquals(1, verdict.durableUnknown());
        assertEquals(1, verdict.rejected());
        assertEquals(1, verdict.unavailable());
        assertEquals(5, verdict.log());
    }

    @Test
    void anAcknowledgedTransactionMayNotBeLost() {
        log.remove(3);
        assertEquals(1, check().lost());
        assertViolation("ann/1 was acknowledged at t 1007 and is not in the log");
    }

    @Test
    void anAcknowledgedTransactionIsWhereItWasAcknowledged() {
        ann.set(ann.indexOf("acked 5 1 1007"), "acked 5 1 1008");
        assertViolation("ann/1 was acknowledged at t 1008, but is in the log at [1007]");
    }

    @Test
    void nothingHappensTwice() {
        log.add(entry(1011, "ann/1"));
        assertEquals(1, check().duplicated());
        assertViolation("ann/1 is in the log more than once, at [1007, 1011]");
    }

    @Test
    void anUnknownOneDoesNotHappenTwiceEither() {
        log.add(entry(1011, "ann/4"));
        assertViolation("ann/4 is in the log more than once, at [1009, 1011]");
    }

    @Test
    void whatWasRefusedDoesNotHappen() {
        log.add(entry(1011, "ann/2"));
        assertViolation("ann/2 is in the log at [1011], but its client was told that it was refused");
    }

    @Test
    void whatWasNeverSubmittedDoesNotHappen() {
        log.add(entry(1011, "ann/3"));
        assertViolation("ann/3 is in the log at [1011], but its client was told it was not submitted");
    }

    @Test
    void nothingComesFromNowhere() {
        log.add(entry(1011, "ann/77"));
        assertViolation("ann/77 is in the log at [1011], but nobody submitted it");
    }

    @Test
    void everySubmissionIsSettled() {
        ann.remove("unknown 7 5 0");
        assertViolation("ann/5 was never settled");
    }

    @Test
    void aFeedHasNoGap() {
        bob.remove("delivered 5 1007 ann/1");
        assertEquals(1, check().undelivered());
        assertViolation("the feed of bob left out 1 transactions, from t 1007 to t 1007");
    }

    @Test
    void aFeedBeginsWhereItSaysItBegins() {
        ann.remove("delivered 3 1002 ann/0");
        assertViolation("the feed of ann left out 1 transactions, from t 1002 to t 1002");
    }

    @Test
    void aFeedReachesTheEndOfTheLog() {
        bob.remove("delivered 7 1009 ann/4");
        assertViolation("the feed of bob left out 1 transactions, from t 1009 to t 1009");
    }

    @Test
    void aFeedThatDeliversNothingIsNotComplete() {
        bob.removeIf(line -> line.startsWith("delivered"));
        assertEquals(3, check().undelivered());
    }

    @Test
    void aFeedDeliversInOrder() {
        bob.remove("delivered 4 1004 bob/0");
        bob.add(bob.indexOf("delivered 7 1009 ann/4"), "delivered 6 1004 bob/0");
        assertViolation("the feed of bob delivered t 1004 after t 1007");
    }

    @Test
    void aFeedDeliversNothingTwice() {
        bob.add("delivered 9 1009 ann/4");
        assertViolation("the feed of bob delivered t 1009 twice");
    }

    @Test
    void aFeedDeliversWhatTheLogHolds() {
        bob.set(bob.indexOf("delivered 5 1007 ann/1"), "delivered 5 1007 ann/4");
        assertTrue(check().toString().contains("the feed of bob delivered t 1007"));
        assertEquals(1, check().violations().size());
    }

    @Test
    void aFeedDeliversNothingThatIsNotInTheLog() {
        bob.add("delivered 9 1012 ann/5");
        assertTrue(check().toString().contains("the feed of bob delivered t 1012"));
    }

    @Test
    void theLogIsInOrder() {
        log.add(log.remove(1));
        assertViolation("the log has t 1002 after t 1009");
    }

    @Test
    void ofThousandsOfViolationsSomeAreTold() {
        for (long number = 100; number < 2_100; number++) {
            log.add(entry(number * 100, "eve/" + number));
        }
        Verdict verdict = check();
        assertEquals(21, verdict.violations().size());
    }

    private Verdict check() {
        return History.check(log, List.of(account("ann", ann), account("bob", bob)));
    }

    private void assertViolation(String violation) {
        Verdict verdict = check();
        assertTrue(verdict.violations().contains(violation), verdict::toString);
    }

    private static Account account(String client, List<String> lines) {
        return Account.of(client, lines.stream().map(ClientEvent::parse).toList());
    }

    private static Entry entry(long t, String mark) {
        return new Entry(t, Optional.of(Mark.parse(mark)));
    }
}

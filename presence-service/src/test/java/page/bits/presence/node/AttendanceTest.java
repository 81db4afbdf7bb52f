package page.bits.presence.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import page.bits.presence.Handle;
import page.bits.presence.PresenceWorld;
import page.bits.presence.Pseudonyms;
import page.bits.presence.Visitor;
import page.bits.presence.audience.People;
import page.bits.presence.audience.PresenceTransaction.ViewerFact;
import page.bits.presence.peer.NamedViewer;

/** Who is connected to a node, and what it writes of that, by a clock that is turned by hand. */
class AttendanceTest {

    private static final Handle ALICE = new Handle("alice");
    private static final Instant TODAY = Instant.parse("2026-11-22T10:00:00Z");
    private static final Pseudonyms PSEUDONYMS = PresenceWorld.pseudonyms();
    private static final String ANN_ID = "annannannannannannanna";
    private static final Visitor ANN = named("Ann");
    private static final Visitor ANN_HIDDEN = new Visitor(ANN.key(), Optional.empty());
    private static final Visitor SOMEONE = new Visitor(42, Optional.empty());
    private static final NamedViewer ANN_SINCE_TODAY = new NamedViewer(ANN_ID, "Ann", TODAY);

    private long now;
    private Optional<NamedViewer> elsewhere = Optional.empty();
    private boolean isBeingRead;
    private final People people = new People() {
        @Override
        public boolean isBeingRead(Handle creator) {
            return isBeingRead;
        }

        @Override
        public Optional<NamedViewer> person(Handle creator, String id) {
            return elsewhere;
        }
    };
    private final Attendance attendance = new Attendance(
            PSEUDONYMS,
            () -> now,
            Clock.fixed(TODAY, ZoneOffset.UTC),
            Timing.of(PresenceWorld.config(Map.of("grace", "PT5S", "handover", "PT0S"))));

    private static Visitor named(String name) {
        return new Visitor(PSEUDONYMS.ofActor(ANN_ID), Optional.of(new Visitor.Person(ANN_ID, name)));
    }

    private void pass(double seconds) {
        now += (long) (seconds * 1e9);
        attendance.expire();
    }

    /** Nobody may be taken for gone meanwhile. */
    private void passFrozen(double seconds) {
        now += (long) (seconds * 1e9);
        attendance.forgetUnrecorded();
    }

    private List<Change> next() {
        return next(1_000);
    }

    /** What is written next, and is. */
    private List<Change> next(int max) {
        Attendance.Batch batch = attendance.next(max, people);
        batch.changes().forEach(this::recorded);
        attendance.settled(batch);
        return batch.changes();
    }

    private void recorded(Change change) {
        Optional<NamedViewer> viewer = Optional.ofNullable(change.id())
                .map(id -> new NamedViewer(id, change.name(), Instant.ofEpochMilli(change.since())));
        long key = viewer.isPresent() ? 0 : Long.parseUnsignedLong(change.anonymous(), 16);
        attendance.recorded(new Handle(change.creator()), new ViewerFact(1, viewer, key, change.join()));
    }

    private static Change join(NamedViewer viewer) {
        return Change.of(ALICE, true, viewer);
    }

    private static Change leave(NamedViewer viewer) {
        return Change.of(ALICE, false, viewer);
    }

    @Test
    void severalTabsAreOneViewerWhoLeavesWithTheLastOfThem() {
        attendance.enter(ALICE, ANN);
        attendance.enter(ALICE, ANN);
        assertEquals(List.of(join(ANN_SINCE_TODAY)), next());
        attendance.leave(ALICE, ANN);
        pass(60);
        assertEquals(List.of(), next());
        attendance.leave(ALICE, ANN);
        assertThatAnnIsLetGoAfterTheGrace();
    }

    private void assertThatAnnIsLetGoAfterTheGrace() {
        pass(4.9);
        assertEquals(List.of(), next());
        pass(0.2);
        assertEquals(List.of(leave(ANN_SINCE_TODAY)), next());
        assertEquals(List.of(), next());
        assertEquals(0, attendance.viewers());
    }

    @Test
    void aReloadWritesNothing() {
        attendance.enter(ALICE, SOMEONE);
        assertEquals(1, next().size());
        for (int i = 0; i < 10; i++) {
            attendance.leave(ALICE, SOMEONE);
            pass(4.9);
            attendance.enter(ALICE, SOMEONE);
            assertEquals(List.of(), next());
        }
        pass(60);
        assertEquals(List.of(), next());
    }

    @Test
    void whoMerelyStaysIsNotWrittenOf() {
        attendance.enter(ALICE, SOMEONE);
        assertEquals(1, next().size());
        for (int i = 0; i < 1_000; i++) {
            pass(1);
            assertEquals(List.of(), next());
        }
    }

    @Test
    void whoHidesIsAnonymousAtOnceAndWasNeverAway() {
        attendance.enter(ALICE, ANN);
        next();
        attendance.enter(ALICE, ANN_HIDDEN);
        assertEquals(List.of(), next(), "there still is a tab with the name");
        attendance.leave(ALICE, ANN);
        assertEquals(List.of(leave(ANN_SINCE_TODAY), Change.of(ALICE, true, ANN.key())), next());
        attendance.enter(ALICE, ANN);
        assertEquals(List.of(join(ANN_SINCE_TODAY), Change.of(ALICE, false, ANN.key())), next());
    }

    @Test
    void anotherNameTakesThePlaceOfTheOneBefore() {
        attendance.enter(ALICE, ANN);
        next();
        attendance.enter(ALICE, named("Anna"));
        assertEquals(List.of(leave(ANN_SINCE_TODAY), join(new NamedViewer(ANN_ID, "Anna", TODAY))), next());
    }

    @Test
    void whoComesFromAnotherNodeHasBeenHereSinceThen() {
        NamedViewer earlier = new NamedViewer(ANN_ID, "Ann", TODAY.minusSeconds(600));
        elsewhere = Optional.of(earlier);
        attendance.enter(ALICE, ANN);
        isBeingRead = true;
        assertEquals(List.of(), next(), "since when is not known yet");
        isBeingRead = false;
        assertEquals(List.of(join(earlier)), next());
    }

    @Test
    void whoReloadsBeforeAnythingIsWrittenIsWrittenAllTheSame() {
        attendance.enter(ALICE, ANN);
        attendance.leave(ALICE, ANN);
        assertEquals(List.of(join(ANN_SINCE_TODAY)), next());
        assertThatAnnIsLetGoAfterTheGrace();
    }

    @Test
    void whoCameAndWentWhileNobodyMayBeTakenForGoneIsNotWrittenOf() {
        attendance.enter(ALICE, ANN);
        assertEquals(1, next().size());
        attendance.enter(ALICE, SOMEONE);
        attendance.leave(ALICE, SOMEONE);
        attendance.leave(ALICE, ANN);
        passFrozen(4.9);
        assertEquals(2, attendance.viewers());
        passFrozen(0.2);
        assertEquals(1, attendance.viewers(), "who is recorded stays");
        assertEquals(List.of(), next());
        pass(0);
        assertEquals(List.of(leave(ANN_SINCE_TODAY)), next());
    }

    @Test
    void whoComesBackWhileNobodyMayBeTakenForGoneIsWrittenOf() {
        attendance.enter(ALICE, SOMEONE);
        attendance.leave(ALICE, SOMEONE);
        passFrozen(4.9);
        attendance.enter(ALICE, SOMEONE);
        passFrozen(60);
        assertEquals(1, next().size());
    }

    @Test
    void whoWasRefusedWasNeverHere() {
        attendance.enter(ALICE, SOMEONE);
        attendance.refuse(ALICE, SOMEONE);
        assertEquals(List.of(), next());
        assertEquals(0, attendance.viewers());
        assertEquals(0, attendance.connections());
    }

    @Test
    void whoIsRefusedWhenComingBackIsKeptForAnotherWhile() {
        attendance.enter(ALICE, SOMEONE);
        next();
        attendance.leave(ALICE, SOMEONE);
        pass(4);
        attendance.enter(ALICE, SOMEONE);
        pass(2);
        attendance.refuse(ALICE, SOMEONE);
        pass(4.9);
        assertEquals(List.of(), next());
        pass(0.2);
        assertEquals(List.of(Change.of(ALICE, false, 42)), next());
    }

    @Test
    void aWriteHoldsNoMoreThanItMayAndTheRestFollows() {
        for (int i = 0; i < 25; i++) {
            attendance.enter(ALICE, new Visitor(i, Optional.empty()));
        }
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sizes.add(next(10).size());
        }
        assertEquals(List.of(10, 10, 5, 0), sizes);
    }

    @Test
    void whatWasNotRecordedIsWrittenAgain() {
        attendance.enter(ALICE, SOMEONE);
        Attendance.Batch lost = attendance.next(1_000, people);
        assertEquals(1, lost.changes().size());
        assertEquals(List.of(), next(), "not while it is under way");
        attendance.settled(lost);
        assertEquals(lost.changes(), next());
    }

    @Test
    void aWriteThatComesThroughAfterAllIsMadeUpFor() {
        attendance.recorded(ALICE, new ViewerFact(1, Optional.empty(), 42, true));
        assertEquals(List.of(), next());
        pass(6);
        assertEquals(List.of(Change.of(ALICE, false, 42)), next());
    }

    @Test
    void whatWasSweptIsRecordedAnewAlsoOfThoseWhoMayStillComeBack() {
        attendance.enter(ALICE, SOMEONE);
        attendance.enter(ALICE, ANN);
        next();
        attendance.leave(ALICE, ANN);
        attendance.forgetRecords();
        assertEquals(List.of(Change.of(ALICE, true, 42), join(ANN_SINCE_TODAY)), next());
        pass(6);
        assertEquals(List.of(leave(ANN_SINCE_TODAY)), next());
        assertEquals(List.of(), next());
        assertEquals(1, attendance.viewers());
        assertEquals(1, attendance.connections());
    }

    @Test
    void nobodyLeavesWhileNobodyMayBeTakenForGone() {
        attendance.enter(ALICE, SOMEONE);
        next();
        attendance.leave(ALICE, SOMEONE);
        now += 3_600_000_000_000L; // and expire() is not called
        assertEquals(List.of(), next());
        attendance.enter(ALICE, SOMEONE);
        attendance.expire();
        assertEquals(List.of(), next());
        assertTrue(attendance.viewers() == 1);
    }
}

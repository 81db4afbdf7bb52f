package page.bits.cluster.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.cluster.presence.Disturbance.Kind;
import page.bits.cluster.presence.StoredPresence.State;

/** One good history of a room, and what is wrong with each that differs from it in one thing. Instants are in ms. */
class ForgedPresencesTest {

    private static final String ROOM = "alice";
    private static final Viewer ANN = new Viewer(ROOM, "Ann", true);
    private static final Viewer BOB = new Viewer(ROOM, "Bob", true);
    private static final Viewer CID = new Viewer(ROOM, "cid", false);
    private static final Named BOB_AT_2 = new Named("b", "Bob", 2_000);
    private static final Named ANN_AT_1 = new Named("a", "Ann", 1_000);
    private static final String ONE = "presence-1";
    private static final String TWO = "presence-2";

    private final List<Visit> visits = new ArrayList<>();
    private final List<Disturbance> disturbances = new ArrayList<>();
    private final NavigableMap<Long, Long> instants = new TreeMap<>();
    private final NavigableMap<Long, State> changes = new TreeMap<>();
    private final List<Shown> shown = new ArrayList<>();

    /** Ann stays, Bob reloads at another node and leaves, and so does Cid, whom nobody knows. */
    @BeforeEach
    void aGoodHistory() {
        visit(ANN, ONE, 1_000, Visit.OPEN);
        visit(BOB, ONE, 2_000, 20_000);
        visit(BOB, TWO, 21_000, 40_000);
        visit(CID, Visit.GATEWAY, 3_000, 30_000);
        held(10, 1_300, 0, ANN_AT_1);
        held(20, 2_300, 0, ANN_AT_1, BOB_AT_2);
        held(30, 3_300, 1, ANN_AT_1, BOB_AT_2);
        held(40, 35_200, 0, ANN_AT_1, BOB_AT_2);
        held(50, 45_200, 0, ANN_AT_1);
        changes.forEach((t, state) -> shown(t, instants.get(t) + 200, state));
    }

    private void visit(Viewer viewer, String place, long began, long ended) {
        visits.add(new Visit(viewer, place, began - 10, OptionalLong.of(began), ended, ended != Visit.OPEN));
    }

    private void held(long t, long instant, int nameless, Named... named) {
        Map<String, Named> byId = new HashMap<>();
        List.of(named).forEach(viewer -> byId.put(viewer.id(), viewer));
        instants.put(t, instant);
        changes.put(t, new State(byId, nameless));
    }

    private void shown(long t, long at, State state) {
        shown.add(new Shown("observer", ROOM, t, state.presence(), at));
    }

    private List<String> violations() {
        return new PresenceHistory(
                        visits,
                        disturbances,
                        new StoredPresence(instants, Map.of(ROOM, changes)),
                        shown,
                        List.of(new Watch("observer", ROOM, ONE, 0, Visit.OPEN, shown)),
                        60_000,
                        Bounds.PROMISED)
                .violations();
    }

    private void assertFound(String what) {
        List<String> violations = violations();
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.get(0).contains(what), violations::toString);
    }

    /** Shows all that is held, as it is. */
    private void showAll() {
        shown.clear();
        changes.forEach((t, state) -> shown(t, instants.get(t) + 200, state));
    }

    @Test
    void aGoodHistoryHasNothingWrong() {
        assertEquals(List.of(), violations());
    }

    @Test
    void oneWhoStaysIsNotToBeTakenForGoneForAMoment() {
        held(41, 36_000, 0, BOB_AT_2);
        held(42, 36_010, 0, ANN_AT_1, BOB_AT_2);
        showAll();
        assertFound("Ann was taken for gone in alice: from 36000 for 10 ms");
    }

    @Test
    void oneWhoReloadsIsNotToBeTakenForGone() {
        held(31, 22_800, 1, ANN_AT_1);
        held(32, 23_100, 1, ANN_AT_1, BOB_AT_2);
        showAll();
        assertFound("Bob was taken for gone in alice: from 22800");
    }

    @Test
    void oneWhoClosesOneOfTwoTabsIsNotToBeTakenForGone() {
        visit(ANN, TWO, 5_000, 8_000);
        held(31, 13_100, 1, BOB_AT_2);
        held(32, 13_900, 1, ANN_AT_1, BOB_AT_2);
        showAll();
        assertFound("Ann was taken for gone");
    }

    @Test
    void theGraceIsNotToBeForgotten() {
        instants.put(50L, 40_300L);
        showAll();
        assertFound("Bob was taken for gone");
    }

    @Test
    void oneWhoHasLeftIsNotToStay() {
        instants.put(50L, 48_000L);
        showAll();
        assertFound("Bob was gone and still in alice: from 47500 for 500 ms");
    }

    @Test
    void oneWithoutANameIsNotToBeLost() {
        held(31, 20_000, 0, ANN_AT_1, BOB_AT_2);
        held(32, 20_300, 1, ANN_AT_1, BOB_AT_2);
        showAll();
        assertFound("alice had 0 without a name at 20000, and 1 to 1 were there");
    }

    @Test
    void oneWithoutANameIsNotToCountTwice() {
        changes.put(30L, new State(Map.of("a", ANN_AT_1, "b", BOB_AT_2), 2));
        showAll();
        assertFound("alice had 2 without a name at 3300");
    }

    @Test
    void aViewerWhoNeverWasThereIsNoticed() {
        held(31, 20_000, 1, ANN_AT_1, BOB_AT_2, new Named("x", "Xaver", 5));
        held(32, 20_300, 1, ANN_AT_1, BOB_AT_2);
        showAll();
        assertFound("nobody is called as Named[id=x");
    }

    @Test
    void theViewersOfAKilledNodeAreNotGoneBeforeTheyCouldComeBack() {
        visits.set(0, new Visit(ANN, ONE, 990, OptionalLong.of(1_000), 50_000, false));
        disturbances.add(new Disturbance(Kind.NODE_KILLED, ONE, 50_000, 56_000));
        held(60, 52_000, 0);
        showAll();
        assertFound("Ann was taken for gone in alice: from 52000 for 1500 ms");
    }

    @Test
    void theViewersOfAKilledNodeAreGoneInTime() {
        visits.set(0, new Visit(ANN, ONE, 990, OptionalLong.of(1_000), 45_500, false));
        disturbances.add(new Disturbance(Kind.NODE_KILLED, ONE, 45_500, 52_000));
        held(60, 58_500, 0);
        showAll();
        assertFound("Ann was gone and still in alice: from 58000 for 500 ms");
    }

    @Test
    void theViewersOfANodeThatEndsHaveTheirGraceFromWhenItHasEnded() {
        visits.set(0, new Visit(ANN, ONE, 990, OptionalLong.of(1_000), 46_000, false));
        disturbances.add(new Disturbance(Kind.NODE_RESTARTED, ONE, 45_500, 50_000));
        held(60, 57_000, 0);
        showAll();
        assertEquals(List.of(), violations());
        instants.put(60L, 58_000L);
        showAll();
        assertFound("Ann was gone and still in alice: from 57500 for 500 ms");
    }

    @Test
    void theViewersOfANodeThatStoodStillForLongMayGoButHaveToComeBack() {
        disturbances.add(new Disturbance(Kind.NODE_PAUSED, ONE, 46_000, 47_000));
        held(51, 46_500, 0);
        held(52, 47_500, 0, ANN_AT_1);
        showAll();
        assertFound("Ann was taken for gone in alice: from 46500 for 1000 ms");
        disturbances.set(0, new Disturbance(Kind.NODE_PAUSED, ONE, 40_000, 47_000));
        assertEquals(List.of(), violations());
        instants.put(52L, 56_000L);
        showAll();
        assertFound("Ann was taken for gone in alice: from 55000 for 1000 ms");
    }

    @Test
    void whoComesToANodeThatThenStandsStillIsWrittenOfWhenItGoesOn() {
        Viewer dan = new Viewer(ROOM, "Dan", true);
        visit(dan, ONE, 46_000, Visit.OPEN);
        disturbances.add(new Disturbance(Kind.NODE_PAUSED, ONE, 46_010, 49_400));
        held(51, 57_000, 0, ANN_AT_1, new Named("d", "Dan", 46_000));
        showAll();
        assertEquals(List.of(), violations());
        instants.put(51L, 58_000L);
        showAll();
        assertFound("Dan was taken for gone in alice: from 57400 for 600 ms");
    }

    @Test
    void nobodyGoesWhileNobodyCanWrite() {
        disturbances.add(new Disturbance(Kind.WRITES_AWAY, "", 46_000, 56_000));
        held(51, 56_500, 0);
        held(52, 57_500, 0, ANN_AT_1);
        showAll();
        assertFound("Ann was taken for gone in alice: from 56500 for 1000 ms");
    }

    @Test
    void whoLeavesWhileNobodyCanWriteMayStayThatLong() {
        disturbances.add(new Disturbance(Kind.WRITES_AWAY, "", 39_000, 50_000));
        instants.put(50L, 59_000L);
        showAll();
        assertEquals(List.of(), violations());
    }

    @Test
    void whoIsGoneBeforeThatCouldBeWrittenNeedNotBeNoticed() {
        visit(new Viewer(ROOM, "Dan", true), ONE, 50_000, 50_050);
        assertEquals(List.of(), violations());
    }

    @Test
    void whatIsShownHasToBeWhatIsHeld() {
        shown.set(2, new Shown("observer", ROOM, 30, changes.get(20L).presence(), 3_500));
        assertFound("observer showed of alice at t 30");
    }

    @Test
    void whatIsShownTooLateIsNoticed() {
        Shown last = shown.get(4);
        shown.set(4, new Shown(last.observer(), ROOM, last.t(), last.presence(), 48_500));
        assertFound("observer did not show what happened in alice at t 50 within 3000 ms");
    }

    @Test
    void whatIsUndoneAtOnceNeedNotBeShown() {
        held(51, 46_000, 1, ANN_AT_1);
        held(52, 46_010, 0, ANN_AT_1);
        visits.add(new Visit(CID, ONE, 45_990, OptionalLong.empty(), 46_000, true));
        assertEquals(List.of(), violations());
    }
}

package page.bits.action.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import page.bits.action.Handle;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;
import page.bits.peer.TransactionRejectedException;
import page.bits.peer.TransactionRejectedException.Reason;
import page.bits.presence.peer.NamedViewer;
import page.bits.presence.peer.PresenceAttributes;
import page.bits.presence.peer.PresenceDatomicConfig;

/** What presence nodes ask for, as transactions of a database in memory. */
class PresenceRequestTest {

    private static final Handle ALICE = new Handle("alice");
    private static final Handle BOB = new Handle("bob");
    private static final Viewer ZOE = named("Zoe", 1_764_322_996_000L);

    private static DatomicPeer peer;

    private final NodeId node = newNode();

    @BeforeAll
    static void open() throws Exception {
        PresenceDatomicConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PresenceDatomicConfig.class)
                .withDefaultValues(Map.of(
                        "bits.presence.datomic.uri",
                        "datomic:mem://" + UUID.randomUUID(),
                        "bits.presence.datomic.install-schema",
                        "true"))
                .build()
                .getConfigMapping(PresenceDatomicConfig.class);
        peer = new DatomicPeer(config, PresenceAttributes.SCHEMA, List.of(), () -> {});
        peer.start();
        peer.whenReady().get(120, TimeUnit.SECONDS);
    }

    @AfterAll
    static void close() throws InterruptedException {
        peer.stop();
    }

    // Renewing.

    @Test
    void aNodeIsMadeKnownWithThoseWhoAreThereAlready() {
        done(renew(0, join(ALICE, ZOE), join(ALICE, anonymous(1)), join(BOB, anonymous(1))));
        assertEquals(1L, Node.of(peer.db(), node).lease());
        assertEquals(Set.of(ZOE.value()), values(ALICE, PresenceAttributes.ROOM_NAMED));
        assertEquals(Set.of(1L), values(ALICE, PresenceAttributes.ROOM_ANONYMOUS));
        assertEquals(Set.of(1L), values(BOB, PresenceAttributes.ROOM_ANONYMOUS));
    }

    @Test
    void eachRenewalTakesTheLeaseOneFurther() {
        assertEquals(1, done(renew(0)).lease());
        assertEquals(2, done(renew(1)).lease());
        assertEquals(3, done(renew(2)).lease());
        assertEquals(3L, Node.of(peer.db(), node).lease());
    }

    @Test
    void viewersComeToARoomThatIsThereAndLeaveItAgain() {
        done(renew(0, join(ALICE, ZOE)));
        done(renew(1, join(ALICE, anonymous(-1)), join(ALICE, anonymous(2))));
        done(renew(2, leave(ALICE, ZOE), leave(ALICE, anonymous(2))));
        assertEquals(Set.of(), values(ALICE, PresenceAttributes.ROOM_NAMED));
        assertEquals(Set.of(-1L), values(ALICE, PresenceAttributes.ROOM_ANONYMOUS));
    }

    @Test
    void whatChangesNothingIsFine() {
        done(renew(0, join(ALICE, ZOE)));
        done(renew(1, join(ALICE, ZOE), leave(ALICE, anonymous(7)), leave(BOB, ZOE)));
        assertEquals(Set.of(ZOE.value()), values(ALICE, PresenceAttributes.ROOM_NAMED));
        assertNull(room(BOB), "nobody came");
    }

    @Test
    void oneWhoLeavesIsTheOneWhoCame() {
        done(renew(0, join(ALICE, ZOE)));
        done(renew(1, leave(ALICE, named("Zoe", 1_764_322_996_001L)), leave(ALICE, named("Zoë", 1_764_322_996_000L))));
        assertEquals(Set.of(ZOE.value()), values(ALICE, PresenceAttributes.ROOM_NAMED));
    }

    @Test
    void ofOneWhoComesAndGoesTheLastCounts() {
        done(renew(0, join(ALICE, ZOE), leave(ALICE, ZOE), leave(BOB, ZOE), join(BOB, ZOE)));
        done(renew(1, leave(BOB, ZOE), join(BOB, ZOE), join(ALICE, ZOE), leave(ALICE, ZOE)));
        assertEquals(Set.of(), values(ALICE, PresenceAttributes.ROOM_NAMED));
        assertEquals(Set.of(ZOE.value()), values(BOB, PresenceAttributes.ROOM_NAMED));
    }

    @Test
    void theRoomsOfTwoNodesAreTheirOwn() {
        NodeId other = newNode();
        done(renew(0, join(ALICE, ZOE)));
        done(new Renew(other, 0, List.of(join(ALICE, ZOE))));
        done(renew(1, leave(ALICE, ZOE)));
        assertEquals(Set.of(), values(ALICE, PresenceAttributes.ROOM_NAMED));
        assertEquals(Set.of(ZOE.value()), values(other, ALICE, PresenceAttributes.ROOM_NAMED));
    }

    @Test
    void ofTwoRenewalsWithOneLeaseOneWins() {
        done(renew(0));
        Write first = renew(1, join(ALICE, anonymous(1))).on(peer.db());
        Write second = renew(1, join(ALICE, anonymous(2))).on(peer.db());
        transact(first);
        assertEquals(Reason.CAS_FAILED, rejection(second));
        assertEquals(Set.of(1L), values(ALICE, PresenceAttributes.ROOM_ANONYMOUS));
    }

    @Test
    void ofTwoThatMakeANodeKnownOneWins() {
        Write first = renew(0, join(ALICE, anonymous(1))).on(peer.db());
        Write second = renew(0, join(ALICE, anonymous(2))).on(peer.db());
        transact(first);
        assertEquals(Reason.UNIQUE_CONFLICT, rejection(second));
        conflict(renew(0));
    }

    @Test
    void anotherLeaseOrNoNodeIsAConflict() {
        conflict(renew(1));
        done(renew(0));
        conflict(renew(0));
        conflict(renew(2));
        conflict(renew(Long.MAX_VALUE));
    }

    // The end of a node.

    @Test
    void aNodeThatEndsIsStillThereWithItsViewers() {
        done(renew(0, join(ALICE, ZOE)));
        assertEquals(2, done(new End(node, 1)).lease());
        assertEquals(true, peer.db().entity(node.lookupRef()).get(PresenceAttributes.NODE_ENDED));
        assertEquals(Set.of(ZOE.value()), values(ALICE, PresenceAttributes.ROOM_NAMED));
        conflict(new End(node, 1));
    }

    @Test
    void aSweptNodeCantWriteHoweverLate() {
        done(renew(0, join(ALICE, ZOE)));
        Write late = renew(1, join(ALICE, anonymous(1))).on(peer.db());
        assertEquals(2, done(new Sweep(node, 1)).lease());
        assertEquals(Reason.CAS_FAILED, rejection(late));
        conflict(renew(1));
        conflict(renew(2));
        conflict(renew(0));
        conflict(new End(node, 2));
    }

    @Test
    void aNodeThatWasRenewedMeanwhileIsNotSwept() {
        done(renew(0));
        Write late = new Sweep(node, 1).on(peer.db());
        done(renew(1));
        assertEquals(Reason.CAS_FAILED, rejection(late));
        conflict(new Sweep(node, 1));
        assertFalse(Node.of(peer.db(), node).isSwept());
    }

    @Test
    void aNodeIsSweptOnce() {
        done(renew(0));
        done(new Sweep(node, 1));
        conflict(new Sweep(node, 1));
        conflict(new Sweep(node, 2));
    }

    // Forgetting.

    @Test
    void onlyASweptNodeIsForgotten() {
        conflict(new Forget(node));
        done(renew(0, join(ALICE, ZOE)));
        conflict(new Forget(node));
    }

    @Test
    void aNodeIsForgottenBitByBitAndItselfLast() {
        NodeId other = newNode();
        done(new Renew(other, 0, List.of(join(ALICE, ZOE))));
        done(renew(0, join(ALICE, ZOE), join(BOB, ZOE), join(new Handle("empty"), ZOE)));
        done(renew(1, leave(new Handle("empty"), ZOE)));
        for (int i = 0; i < 2_500; i += Renew.MAX_CHANGES) {
            List<ViewerChange> joins = new ArrayList<>();
            for (int j = i; j < Math.min(2_500, i + Renew.MAX_CHANGES); j++) {
                joins.add(join(j % 5 == 0 ? BOB : ALICE, anonymous(j)));
            }
            done(new Renew(node, Node.of(peer.db(), node).lease(), joins));
        }
        done(new Sweep(node, Node.of(peer.db(), node).lease()));

        int times = 0;
        Write write;
        do {
            assertTrue(Node.isThere(peer.db(), node));
            write = new Forget(node).on(peer.db());
            assertTrue(
                    write.data().size() <= Forget.AT_ONCE + 1,
                    "size " + write.data().size());
            transact(write);
            times++;
        } while (write.rest());

        assertEquals(3, times);
        assertFalse(Node.isThere(peer.db(), node));
        for (String handle : List.of("alice", "bob", "empty")) {
            assertNull(room(new Handle(handle)));
        }
        assertEquals(Set.of(ZOE.value()), values(other, ALICE, PresenceAttributes.ROOM_NAMED), "of another node");
        conflict(new Forget(node));
    }

    @Test
    void toForgetTwiceAtOnceDoesNoHarm() {
        done(renew(0, join(ALICE, ZOE), join(ALICE, anonymous(1))));
        done(new Sweep(node, 1));
        Write first = new Forget(node).on(peer.db());
        Write second = new Forget(node).on(peer.db());
        transact(first);
        transact(second);
        assertFalse(Node.isThere(peer.db(), node));
        assertNull(room(ALICE));
    }

    private static NodeId newNode() {
        return new NodeId(UUID.randomUUID().toString().replace("-", "").substring(0, 22));
    }

    private Renew renew(long lease, ViewerChange... changes) {
        return new Renew(node, lease, List.of(changes));
    }

    private static ViewerChange join(Handle creator, Viewer viewer) {
        return new ViewerChange(creator, true, viewer);
    }

    private static ViewerChange leave(Handle creator, Viewer viewer) {
        return new ViewerChange(creator, false, viewer);
    }

    private static Viewer anonymous(long hash) {
        return new Viewer(PresenceAttributes.ROOM_ANONYMOUS, hash);
    }

    private static Viewer named(String name, long since) {
        return new Viewer(
                PresenceAttributes.ROOM_NAMED,
                new NamedViewer("abcdefghijklmnopqrst_-", name, Instant.ofEpochMilli(since)).encoded());
    }

    private static Write done(PresenceRequest request) {
        Write write = request.on(peer.db());
        transact(write);
        return write;
    }

    private static Committed transact(Write write) {
        try {
            return peer.transact(write.data()).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Reason rejection(Write write) {
        ExecutionException failed = assertThrows(
                ExecutionException.class, () -> peer.transact(write.data()).get(30, TimeUnit.SECONDS));
        return assertInstanceOf(TransactionRejectedException.class, failed.getCause())
                .reason();
    }

    private static void conflict(PresenceRequest request) {
        ProblemException refused = assertThrows(ProblemException.class, () -> request.on(peer.db()));
        assertEquals(ProblemType.CONFLICT.status(), refused.problem().status());
    }

    private Object room(Handle creator) {
        return room(node, creator);
    }

    private static Object room(NodeId node, Handle creator) {
        return peer.db().entid(Util.list(PresenceAttributes.ROOM_KEY, node + "/" + creator));
    }

    private Set<Object> values(Handle creator, Keyword set) {
        return values(node, creator, set);
    }

    private static Set<Object> values(NodeId node, Handle creator, Keyword set) {
        Set<Object> values = new TreeSet<>();
        for (Datom datom : peer.db().datoms(Database.EAVT, room(node, creator), set)) {
            values.add(datom.v());
        }
        return values;
    }
}

package page.bits.presence.audience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import datomic.Database;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import page.bits.peer.Epoch;
import page.bits.presence.Handle;
import page.bits.presence.PresenceWorld;
import page.bits.presence.peer.NamedViewer;
import page.bits.sse.Update;

/** What has been told to those who watch, and what they are told to have. */
class AudiencesTest {

    private static final Handle ALICE = new Handle("alice");
    private static final Handle BOB = new Handle("bob");
    private static final long PUSH_INTERVAL = TimeUnit.MILLISECONDS.toNanos(250);

    /** A presence database, and the audiences of a node that has taken in what a test hands on of it. */
    private static final class Node implements AutoCloseable {

        private final PresenceWorld world = new PresenceWorld();
        private final AtomicLong clock = new AtomicLong(System.nanoTime());
        private final AudienceFrames frames =
                new AudienceFrames(new ObjectMapper(), () -> Epoch.of(world.db()), () -> false);
        private final Audiences audiences;
        private long t;
        private long viewers;

        Node(Executor thread) {
            world.addNode("n1");
            audiences = new Audiences(
                    world::db,
                    thread,
                    Runnable::run,
                    PresenceWorld.pseudonyms(),
                    frames,
                    PresenceWorld.config(Map.of("push-interval", "PT0.25S")),
                    clock::get);
            t = world.db().basisT();
            audiences.begin(t);
        }

        /** One more viewer, of which this node is told. */
        long come(Handle creator) {
            Database db = world.db();
            world.transact(PresenceWorld.change(db, "n1", creator, ++viewers, true));
            world.transactions().stream()
                    .filter(transaction -> transaction.t().value() > t)
                    .forEach(transaction -> {
                        audiences.apply(PresenceTransaction.of(transaction, world.db()));
                        t = transaction.t().value();
                    });
            return t;
        }

        void pass(long nanos) {
            clock.addAndGet(nanos);
            audiences.tick();
        }

        @Override
        public void close() {
            world.close();
        }
    }

    @Test
    void whatIsStillToBeToldIsNotSettled() {
        try (Node node = new Node(Runnable::run)) {
            Audiences.Watch alice = node.audiences.watch(ALICE).join();
            long first = node.come(ALICE);
            assertEquals(first, node.audiences.settled());
            assertEquals(first, alice.channel().version());

            long second = node.come(ALICE);
            node.come(BOB);
            assertEquals(second - 1, node.audiences.settled());
            assertEquals(first, alice.channel().version());

            node.pass(PUSH_INTERVAL);
            assertEquals(node.t, node.audiences.settled());
            assertEquals(node.t, alice.channel().version());
        }
    }

    @Test
    void whatConcernsNobodyWhoWatchesIsSettledAtOnce() {
        try (Node node = new Node(Runnable::run)) {
            Audiences.Watch alice = node.audiences.watch(ALICE).join();
            long before = alice.channel().version();
            assertEquals(node.come(BOB), node.audiences.settled());
            assertEquals(before, alice.channel().version());
        }
    }

    @Test
    void whatBecomesStaleIsToldWithAllElse() {
        try (Node node = new Node(Runnable::run)) {
            Audiences.Watch alice = node.audiences.watch(ALICE).join();
            node.come(ALICE);
            long second = node.come(ALICE);
            node.audiences.staleChanged();
            assertEquals(second, node.audiences.settled());
            assertEquals(second, alice.channel().version());
        }
    }

    @Test
    void whatHappensWhileAnAudienceIsReadIsToldBeforeAnybodyHearsOfIt() {
        Queue<Runnable> held = new ArrayDeque<>();
        try (Node node = new Node(held::add)) {
            var watch = node.audiences.watch(ALICE); // is read, which is not heard of yet
            long first = node.come(ALICE);
            assertEquals(first, node.audiences.settled());
            assertFalse(watch.isDone());

            held.forEach(Runnable::run);
            assertEquals(first, node.audiences.settled());
            assertEquals(first, watch.join().channel().version());
            assertEquals(1, watch.join().document().count());
        }
    }

    @Test
    void whoComesBackFromLongAgoIsToldTheDifferenceAndAllThereIsWhereTooManyDo() {
        try (Node node = new Node(Runnable::run)) {
            NamedViewer ann = new NamedViewer("0123456789012345678901", "Ann", Instant.ofEpochMilli(1_000));
            List<Long> asked = new ArrayList<>();
            CompletableFuture<List<NamedViewer>> shown = new CompletableFuture<>();
            LiveAudience live = new LiveAudience(
                    ALICE,
                    Audience.of(node.world.db(), ALICE, PresenceWorld.pseudonyms()),
                    node.frames,
                    from -> {
                        asked.add(from);
                        return asked.size() == 1 ? Optional.of(shown) : Optional.empty();
                    },
                    () -> node.t,
                    Runnable::run,
                    node.clock.get());
            CompletableFuture<Update> one =
                    live.answer(OptionalLong.of(node.t - 2)).toCompletableFuture();
            CompletableFuture<Update> same =
                    live.answer(OptionalLong.of(node.t - 2)).toCompletableFuture();
            Update tooMany = live.answer(OptionalLong.of(node.t - 1))
                    .toCompletableFuture()
                    .join();
            assertEquals(node.t, tooMany.version());
            assertTrue(tooMany.frame().orElseThrow().toString().startsWith("event: snapshot\n"), tooMany::toString);
            assertFalse(one.isDone());

            shown.complete(List.of(ann));
            for (Update update : List.of(one.join(), same.join())) {
                String delta = update.frame().orElseThrow().toString();
                assertTrue(delta.startsWith("event: delta\n"), delta);
                assertTrue(delta.contains("\"left\":[\"" + ann.id() + "\"]"), delta);
            }
            assertEquals(List.of(node.t - 2, node.t - 1), asked);
        }
    }
}

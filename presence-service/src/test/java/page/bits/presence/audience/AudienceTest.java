package page.bits.presence.audience;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import page.bits.peer.Transaction;
import page.bits.presence.Handle;
import page.bits.presence.PresenceWorld;
import page.bits.presence.Pseudonyms;
import page.bits.presence.peer.NamedViewer;

/** Who is there, by the database, and by following its transactions. */
class AudienceTest {

    private static final Handle ALICE = new Handle("alice");
    private static final Handle BOB = new Handle("bob");
    private static final Pseudonyms PSEUDONYMS = PresenceWorld.pseudonyms();

    private static String id(int person) {
        return "%022d".formatted(person);
    }

    private static NamedViewer viewer(int person, String name, long since) {
        return new NamedViewer(id(person), name, Instant.ofEpochMilli(since));
    }

    @Test
    void whoeverSeveralNodesHaveRecordedCountsOnce() {
        try (PresenceWorld world = new PresenceWorld()) {
            world.addNode("n1");
            world.addNode("n2");
            NamedViewer ann = viewer(1, "Ann", 1_000);
            for (String node : List.of("n1", "n2")) {
                world.transact(PresenceWorld.change(world.db(), node, ALICE, ann, true));
                world.transact(PresenceWorld.change(world.db(), node, ALICE, 7L, true));
            }
            // By name here and without one there.
            world.transact(PresenceWorld.change(world.db(), "n2", ALICE, PSEUDONYMS.ofActor(ann.id()), true));

            AudienceView view = Audience.of(world.db(), ALICE, PSEUDONYMS).view();
            assertEquals(new AudienceView(2, List.of(ann)), view);
            assertEquals(1, view.anonymous());
            assertEquals(0, Audience.of(world.db(), BOB, PSEUDONYMS).view().count());
        }
    }

    @Test
    void ofSeveralRecordsOfAPersonTheOneThatIsThereLongestIsShownAndOfThoseTheNewest() {
        try (PresenceWorld world = new PresenceWorld()) {
            world.addNode("n1");
            world.addNode("n2");
            world.transact(PresenceWorld.change(world.db(), "n1", ALICE, viewer(1, "Ann", 1_000), true));
            world.transact(PresenceWorld.change(world.db(), "n2", ALICE, viewer(1, "Anna", 1_000), true));
            world.transact(PresenceWorld.change(world.db(), "n2", ALICE, viewer(1, "Later", 2_000), true));
            assertEquals(
                    List.of(viewer(1, "Anna", 1_000)),
                    Audience.of(world.db(), ALICE, PSEUDONYMS).view().viewers());
            assertEquals(List.of(viewer(1, "Anna", 1_000)), Audience.shown(world.db(), ALICE));
        }
    }

    @Test
    void whatFollowsTheTransactionsIsWhatTheDatabaseSaysAtEachOfThem() {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        System.out.println("AudienceTest: -Dbits.seed=" + seed);
        Random random = new Random(seed);
        try (PresenceWorld world = new PresenceWorld()) {
            Oracle oracle = new Oracle();
            List<String> living = new ArrayList<>();
            Audience early = Audience.of(world.db(), ALICE, PSEUDONYMS);
            Map<Long, AudienceView> at = new LinkedHashMap<>();
            for (int step = 0; step < 400; step++) {
                long t = oracle.step(world, living, random);
                at.put(t, oracle.view());
            }
            for (Transaction transaction : world.transactions()) {
                long t = transaction.t().value();
                PresenceTransaction read = PresenceTransaction.of(transaction, world.db());
                follow(early, read);
                if (at.containsKey(t)) {
                    assertEquals(at.get(t), early.view(), "at " + t);
                    assertEquals(at.get(t).viewers(), Audience.shown(world.db().asOf(t), ALICE), "as of " + t);
                    if (t % 5 == 0) {
                        assertEquals(
                                at.get(t),
                                Audience.of(world.db().asOf(t), ALICE, PSEUDONYMS)
                                        .view(),
                                "read at " + t);
                    }
                }
            }
        }
    }

    private static void follow(Audience audience, PresenceTransaction read) {
        read.rooms().stream()
                .filter(room -> room.creator().equals(ALICE))
                .forEach(room -> audience.addRoom(room.room(), room.node()));
        read.viewers().stream()
                .filter(fact -> audience.rooms().contains(fact.room()))
                .forEach(fact -> audience.apply(fact, read.t()));
        read.swept().forEach(audience::sweep);
    }

    /** What the nodes have recorded, told anew each time. */
    private static final class Oracle {

        private static final int PEOPLE = 130;

        private final Map<String, Map<Object, Long>> rooms = new HashMap<>();
        private int nodes;

        long step(PresenceWorld world, List<String> living, Random random) {
            if (living.isEmpty() || random.nextInt(40) == 0 && living.size() < 3) {
                String node = "n" + nodes++;
                living.add(node);
                rooms.put(node, new HashMap<>());
                return world.addNode(node);
            }
            String node = living.get(random.nextInt(living.size()));
            if (random.nextInt(60) == 0) {
                living.remove(node);
                rooms.remove(node);
                return world.sweep(node);
            }
            Map<Object, Long> room = rooms.get(node);
            boolean join = random.nextInt(4) > 0 || room.isEmpty();
            int person = random.nextInt(PEOPLE);
            Object viewer = !join
                    ? room.keySet().stream()
                            .sorted(Comparator.comparing(Object::toString))
                            .skip(random.nextInt(room.size()))
                            .findFirst()
                            .orElseThrow()
                    : switch (random.nextInt(4)) {
                        case 0 -> (Object) PSEUDONYMS.ofActor(id(person));
                        case 1 -> (long) person;
                        default -> viewer(person, "P" + random.nextInt(2), 1_000 + random.nextInt(3) * 50L + person);
                    };
            long t = world.transact(PresenceWorld.change(world.db(), node, ALICE, viewer, join));
            if (join) {
                room.putIfAbsent(viewer, t);
            } else {
                room.remove(viewer);
            }
            // Others' rooms are nobody's business here.
            return random.nextInt(10) == 0
                    ? world.transact(PresenceWorld.change(world.db(), node, BOB, viewer, true))
                    : t;
        }

        AudienceView view() {
            Set<Long> keys = new HashSet<>();
            Map<String, Map.Entry<NamedViewer, Long>> people = new HashMap<>();
            BinaryOperator<Map.Entry<NamedViewer, Long>> shown = (one, other) -> {
                int since = one.getKey().since().compareTo(other.getKey().since());
                return since < 0 || since == 0 && one.getValue() > other.getValue() ? one : other;
            };
            rooms.values().stream()
                    .map(Map::entrySet)
                    .flatMap(Collection::stream)
                    .forEach(entry -> {
                        if (entry.getKey() instanceof NamedViewer named) {
                            keys.add(PSEUDONYMS.ofActor(named.id()));
                            people.merge(named.id(), Map.entry(named, entry.getValue()), shown);
                        } else {
                            keys.add((Long) entry.getKey());
                        }
                    });
            return new AudienceView(
                    keys.size(),
                    people.values().stream()
                            .map(Map.Entry::getKey)
                            .sorted(Comparator.comparing(NamedViewer::since).thenComparing(NamedViewer::id))
                            .limit(Audience.SHOWN)
                            .collect(Collectors.toList()));
        }
    }

    @Test
    void noMoreThanAHundredAreShownAndTheOthersAreCounted() {
        try (PresenceWorld world = new PresenceWorld()) {
            world.addNode("n1");
            LongStream.range(0, 150)
                    .forEach(i -> world.transact(
                            PresenceWorld.change(world.db(), "n1", ALICE, viewer((int) i, "P" + i, 9_000 - i), true)));
            AudienceView view = Audience.of(world.db(), ALICE, PSEUDONYMS).view();
            assertEquals(150, view.count());
            assertEquals(50, view.anonymous());
            assertEquals("P149", view.viewers().get(0).name());
            assertEquals(view.viewers(), Audience.shown(world.db(), ALICE));
        }
    }
}

package page.bits.presence.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import page.bits.presence.PresenceWorld;
import page.bits.presence.audience.PresenceTransaction.NodeFact;
import page.bits.presence.peer.PresenceAttributes;

/** What one node makes of the others, by a clock that is turned by hand. */
class NodesTest {

    private static final long SECOND = 1_000_000_000;

    private long now = 17 * SECOND;
    private final Timing timing = Timing.of(PresenceWorld.config(Map.of()));
    private final Nodes nodes = new Nodes(timing, () -> now);

    private static void is(Nodes nodes, long node, Keyword attribute, Object value) {
        nodes.apply(new NodeFact(node, attribute, value, true));
    }

    private void renewed(long node, String id, long lease) {
        is(nodes, node, PresenceAttributes.NODE_ID, id);
        is(nodes, node, PresenceAttributes.NODE_LEASE, lease);
    }

    private void pass(double seconds) {
        now += (long) (seconds * SECOND);
    }

    private Optional<String> expired() {
        return nodes.expired().map(Nodes.Node::id);
    }

    /** Renews its own lease as long as that takes. */
    private void live(double seconds) {
        for (double passed = 0; passed < seconds; passed += 1) {
            pass(Math.min(1, seconds - passed));
            is(nodes, 1, PresenceAttributes.NODE_LEASE, now);
        }
    }

    @Test
    void aNodeThatIsNotHeardOfForItsLeaseIsSweptAndNotBefore() {
        nodes.be("a");
        renewed(1, "a", 1);
        renewed(2, "b", 5);
        live(6.9);
        assertEquals(Optional.empty(), expired());
        live(0.2);
        assertEquals(Optional.of("b"), expired());
        is(nodes, 2, PresenceAttributes.NODE_SWEPT, true);
        assertEquals(Optional.empty(), expired());
        assertEquals(Optional.of("b"), nodes.forgettable().map(Nodes.Node::id));
        nodes.apply(new NodeFact(2, PresenceAttributes.NODE_ID, "b", false));
        assertEquals(Optional.empty(), nodes.forgettable());
    }

    @Test
    void aNodeThatHearsNothingOfItselfTakesNobodyForGone() {
        nodes.be("a");
        assertTrue(nodes.isFrozen());
        renewed(1, "a", 1);
        renewed(2, "b", 1);
        assertTrue(nodes.mayExpire());
        pass(3.6);
        assertTrue(nodes.isFrozen());
        pass(60);
        assertEquals(Optional.empty(), expired());
        assertFalse(nodes.mayExpire());
    }

    @Test
    void aNodeThatCannotWriteIsSilentFromItsStartOnWhoeverItIs() {
        pass(5);
        assertEquals(5 * SECOND, nodes.silence());
        nodes.be("a");
        pass(5);
        assertEquals(10 * SECOND, nodes.silence());
        renewed(1, "a", 1);
        assertEquals(0, nodes.silence());
        renewed(2, "b", 1);
        is(nodes, 1, PresenceAttributes.NODE_SWEPT, true);
        nodes.be("c");
        pass(3);
        renewed(2, "b", 2);
        assertEquals(3 * SECOND, nodes.silence());
    }

    @Test
    void onceItHearsOfItselfAgainEveryoneHasAFullLease() {
        nodes.be("a");
        renewed(1, "a", 1);
        renewed(2, "b", 1);
        pass(30);
        live(0.1);
        assertFalse(nodes.isFrozen());
        assertFalse(nodes.mayExpire());
        assertEquals(Optional.empty(), expired());
        live(6.8);
        assertFalse(nodes.mayExpire());
        live(0.3);
        assertTrue(nodes.mayExpire());
        assertEquals(Optional.of("b"), expired());
    }

    /** It may have begun while nobody could write, and be the first of all that can again. */
    @Test
    void onceItIsHeardOfAtLastEveryoneHasAFullLease() {
        renewed(2, "b", 1);
        nodes.be("a");
        pass(30);
        renewed(1, "a", 1);
        assertFalse(nodes.isFrozen());
        assertEquals(Optional.empty(), expired());
        live(6.9);
        assertEquals(Optional.empty(), expired());
        live(0.2);
        assertEquals(Optional.of("b"), expired());
    }

    @Test
    void aNodeThatHasEndedIsSweptWhenItsViewersHadTheirTime() {
        nodes.be("a");
        renewed(1, "a", 1);
        renewed(2, "b", 1);
        is(nodes, 2, PresenceAttributes.NODE_ENDED, true);
        live(5.4);
        assertEquals(Optional.empty(), expired());
        live(0.2);
        assertEquals(Optional.of("b"), expired());
    }

    @Test
    void notAllTryToSweepAtTheSameMoment() {
        nodes.be("b");
        renewed(1, "b", 1);
        renewed(2, "a", 1);
        renewed(3, "c", 1);
        for (int i = 0; i < 7; i++) {
            pass(1);
            is(nodes, 1, PresenceAttributes.NODE_LEASE, now);
            is(nodes, 2, PresenceAttributes.NODE_LEASE, now);
        }
        assertEquals(Optional.empty(), expired(), "a comes first");
        pass(0.2);
        assertEquals(Optional.of("c"), expired());
    }

    @Test
    void whereTheDatabaseIsAwayFromAllNobodyIsTakenForDead() {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        System.out.println("NodesTest: -Dbits.seed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 100; run++) {
            outage(random);
        }
    }

    /** Three nodes that renew every 2 s, each a little late; the database comes and goes for all of them. */
    private void outage(Random random) {
        List<Nodes> each = new ArrayList<>();
        double[] renewAt = new double[3];
        for (int i = 0; i < 3; i++) {
            Nodes one = new Nodes(timing, () -> now);
            one.be("n" + i);
            each.add(one);
            renewAt[i] = random.nextDouble() * 2;
        }
        for (int i = 0; i < 3; i++) {
            int id = i;
            each.forEach(one -> is(one, id, PresenceAttributes.NODE_ID, "n" + id));
        }
        double awayFrom = 4 + random.nextDouble() * 2;
        double awayUntil = awayFrom + random.nextDouble() * 20;
        // What each had under way when it came back arrives in any order, within half a second.
        double[] late = {random.nextDouble() / 2, random.nextDouble() / 2, random.nextDouble() / 2};
        long began = now;
        for (double at = 0; at < awayUntil + 20; at += 0.1) {
            now = began + (long) (at * SECOND);
            for (int i = 0; i < 3; i++) {
                boolean away = at >= awayFrom && at < awayUntil + late[i];
                if (at >= renewAt[i] && !away) {
                    renewAt[i] = at + 2 + random.nextDouble() / 5;
                    int id = i;
                    each.forEach(one -> is(one, id, PresenceAttributes.NODE_LEASE, now));
                }
            }
            for (Nodes one : each) {
                assertEquals(
                        Optional.empty(),
                        one.expired().map(Nodes.Node::id),
                        "away from %.2f to %.2f, at %.2f".formatted(awayFrom, awayUntil, at));
            }
        }
    }

    @Test
    void aLeaseThatLeavesNoTimeToRenewItIsRefused() {
        ConfigurationException refused = Assertions.assertThrows(
                ConfigurationException.class,
                () -> Timing.of(PresenceWorld.config(Map.of("lease", "PT5S", "renew", "PT2S"))));
        assertTrue(refused.getMessage().contains("bits.presence.lease"), refused.getMessage());
        for (String changes : List.of("2", "1001")) {
            Assertions.assertThrows(
                    ConfigurationException.class,
                    () -> Timing.of(PresenceWorld.config(Map.of("max-changes", changes))));
        }
        for (String key : List.of("tick", "write-timeout", "lease", "renew")) {
            ConfigurationException zero = Assertions.assertThrows(
                    ConfigurationException.class, () -> Timing.of(PresenceWorld.config(Map.of(key, "PT0S"))));
            assertTrue(zero.getMessage().startsWith("bits.presence." + key), zero.getMessage());
        }
        assertTrue(timing.freeze() < timing.lease() - timing.renew());
        assertTrue(timing.lease() <= Duration.ofSeconds(9).toNanos());
    }
}

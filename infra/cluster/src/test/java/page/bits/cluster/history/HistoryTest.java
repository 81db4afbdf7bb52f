package page.bits.cluster.history;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.hosted.HostedExtension;

/**
 * Clients that do all there is to do at both action nodes, while transactors and nodes are killed and stand still: what they
 * were told, and what a peer reads that connects after it all, is as if one action had been done after the other.
 *
 * <p>Each run tells its seed; {@code -Dbits.history.seed} takes one. It settles what is asked for and when what is killed, not
 * how the two meet.
 */
@ExtendWith(HostedExtension.class)
class HistoryTest {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Set<String> ALL_ACTIONS = Set.of(
            "register-creator",
            "update-creator",
            "publish-post",
            "edit-post",
            "delete-post",
            "like-post",
            "unlike-post",
            "comment-on-post",
            "delete-comment",
            "batch");

    private final Hosted hosted;
    private final Sender sender;

    HistoryTest(Hosted hosted) {
        this.hosted = hosted;
        this.sender = new Sender(this::address);
    }

    @Test
    void whatClientsWereToldIsWhatHappened() throws Exception {
        run(1);
    }

    @Test
    @Tag("soak")
    void whatClientsWereToldIsWhatHappenedForLong() throws Exception {
        run(10);
    }

    private void run(int rounds) throws Exception {
        long seed = Long.getLong("bits.history.seed", System.nanoTime());
        System.out.println("history: seed " + seed);
        String name = "h" + Long.toString(seed, 36).replace("-", "n");
        List<Guest> guests = new ArrayList<>();
        for (String who : List.of("ann", "bob", "cid")) {
            Guest guest = Guest.of(address("action-1"), who);
            guests.add(guest);
            guests.add(guest);
        }
        Asked first = Asked.one(
                guests.get(0).subject(), Optional.of(name), new Ask.RegisterCreator(name + "-first", "First"));
        Attempt began = sender.send(guests.get(0), first, "action-1");
        assertEquals(200, began.status(), began::toString);

        RandomLoad load = RandomLoad.start(name, guests, sender, Hosted.ACTIONS, seed);
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            String node = Hosted.ACTIONS.get(random.nextInt(2));
            killTheTransactor(load, random);
            pause(node, random, load);
            kill(node, random, load);
            pauseTheTransactor(load, random);
            killTheTransactor(load, random);
        }
        wander(random);
        List<Asked> asked = new ArrayList<>(load.stop());
        asked.add(first);

        History.Verdict verdict =
                History.check(asked, StoredLog.read(hosted.cluster().datomicUri(), began.t()));
        System.out.println("history: " + verdict);
        assertEquals(Set.of(), verdict.broken());
        assertThatMuchHappened(asked, verdict);
    }

    /** A history in which nothing goes wrong tells nothing. */
    private static void assertThatMuchHappened(List<Asked> asked, History.Verdict verdict) {
        Set<String> acknowledged = new TreeSet<>();
        asked.stream().filter(each -> each.acknowledged().isPresent()).forEach(each -> acknowledged.add(each.name()));
        assertEquals(new TreeSet<>(ALL_ACTIONS), acknowledged);
        assertNotEquals(0, verdict.noOps());
        assertNotEquals(
                0,
                asked.stream()
                        .flatMap(each -> each.attempts().stream())
                        .filter(attempt -> attempt.isAcknowledged() && attempt.replayed())
                        .count(),
                "repeats");
        for (int status : List.of(0, 403, 404, 409, 503)) {
            assertTrue(verdict.attempts().containsKey(status), () -> "no " + status + ": " + verdict);
        }
    }

    private void killTheTransactor(RandomLoad load, Random random) throws Exception {
        wander(random);
        hosted.cluster().awaitReady(Duration.ofMinutes(2));
        hosted.process(hosted.activeTransactor()).kill();
        awaitRecovery(load, "the transactor was killed");
    }

    /** PostgreSQL ends its session, as it would after a broken network: so the other one takes its place while it stands still. */
    private void pauseTheTransactor(RandomLoad load, Random random) throws Exception {
        wander(random);
        hosted.cluster().awaitReady(Duration.ofMinutes(2));
        String active = hosted.activeTransactor();
        hosted.process(active).pause();
        try {
            endTheSessionThatHoldsTheLock();
            awaitRecovery(load, "the transactor stood still");
        } finally {
            hosted.process(active).resume();
        }
        awaitRecovery(load, "the transactor went on");
    }

    private void endTheSessionThatHoldsTheLock() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(hosted.cluster().jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted");
        }
    }

    private void pause(String node, Random random, RandomLoad load) throws Exception {
        wander(random);
        hosted.process(node).pause();
        try {
            wander(random);
        } finally {
            hosted.process(node).resume();
        }
        awaitRecovery(load, node + " stood still");
    }

    private void kill(String node, Random random, RandomLoad load) throws Exception {
        wander(random);
        hosted.process(node).kill();
        awaitRecovery(load, node + " was killed");
    }

    private void awaitRecovery(RandomLoad load, String why) {
        long since = System.nanoTime();
        await("all clients shall go on after " + why)
                .atMost(RECOVERY)
                .untilAsserted(() -> assertEquals(List.of(), load.waitingSince(since)));
        System.out.printf("history: %s, all went on after %.1f s%n", why, (System.nanoTime() - since) / 1e9);
    }

    /** It is the time that matters here: something is to happen at no moment in particular, while clients go on. */
    private static void wander(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(2_000 + random.nextInt(3_000));
    }

    private URI address(String node) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(node));
    }
}

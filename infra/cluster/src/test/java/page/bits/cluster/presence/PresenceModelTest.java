package page.bits.cluster.presence;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.hosted.HostedExtension;

/**
 * Viewers who come and go while nodes die, stand still and are started again: what is shown at each node is what the database
 * holds, and that is who is there.
 *
 * <p>Each run tells its seed; {@code -Dbits.seed} takes one, and {@code -Dbits.steps} says how often something is done to the
 * nodes. The seed settles who does what and in which order, not how the two meet.
 */
@ExtendWith(HostedExtension.class)
class PresenceModelTest {

    private static final Duration SETTLED = Duration.ofSeconds(30);
    private static final int SAMPLES = 20;

    private final Hosted hosted;

    PresenceModelTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void everyNodeShowsWhoIsThere() throws Exception {
        play(5);
    }

    @Test
    @Tag("soak")
    void everyNodeShowsWhoIsThereWhateverIsDoneToNodes() throws Exception {
        play(2 * Mischief.Trick.values().length);
    }

    private void play(int usually) throws Exception {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        int steps = Integer.getInteger("bits.steps", usually);
        System.out.printf("presence: seed %d, %d steps%n", seed, steps);
        String name = "p%s-%d".formatted(Long.toString(seed, 36).replace("-", "n"), usually);
        List<String> found = new ArrayList<>();
        try (PresenceDatabase database = new PresenceDatabase(hosted.cluster());
                Audience audience = new Audience(hosted, name, seed)) {
            audience.gather();
            Mischief mischief = new Mischief(hosted, audience, seed);
            Random random = new Random(seed);
            for (int step = 0; step < steps; step++) {
                try (Motion motion = new Motion(audience, seed + step)) {
                    wander(random);
                    found.addAll(mischief.play());
                    wander(random);
                    motion.check();
                }
                if (step % 3 == 2 || step == steps - 1) {
                    awaitSettled(audience);
                }
            }
            long ended = System.currentTimeMillis();
            PresenceHistory history = new PresenceHistory(
                    audience.visits(),
                    mischief.done(),
                    StoredPresence.read(database),
                    audience.shown(),
                    audience.watches(),
                    ended,
                    Bounds.PROMISED);
            System.out.println("presence: " + history.summary(audience.rooms()));
            found.addAll(audience.violations());
            found.addAll(history.violations());
            found.addAll(
                    PastPresence.violations(database.newest(), history.stored(), audience.rooms(), SAMPLES, random));
            if (!found.isEmpty()) {
                mischief.done().forEach(done -> System.out.println("presence: " + done));
                found.forEach(violation -> System.out.println("presence: " + violation));
            }
            assertEquals(List.of(), found.stream().limit(20).toList());
            assertThatMuchHappened(history, audience);
        }
    }

    private static void awaitSettled(Audience audience) {
        await("every node shall show who is there")
                .atMost(SETTLED)
                .untilAsserted(() -> assertEquals(
                        List.of(), audience.unsettled().stream().limit(5).toList()));
    }

    /** A history in which nothing happens tells nothing. */
    private static void assertThatMuchHappened(PresenceHistory history, Audience audience) {
        for (String room : audience.rooms()) {
            int changes = history.stored().changes(room).size();
            assertTrue(changes >= 30, () -> "only %d changes in %s".formatted(changes, room));
        }
        assertTrue(history.visits().stream()
                        .filter(visit -> visit.began().isPresent())
                        .count()
                > 150);
        assertTrue(history.shown().size() > 300);
    }

    /** It is the time that matters here: something is to happen at no moment in particular. */
    private static void wander(Random random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(2_000));
    }
}

package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Both view nodes are started again, one after the other, under 2,000 streams and while posts keep coming: nothing is lost,
 * and the readers come back evenly spread over the time that they were told.
 *
 * <p>The gateway needs two file descriptors for each stream, each view node as many as there are streams, since all come to it
 * while the other is away: {@code ulimit -n} has to be 5,000 or more.
 */
@ExtendWith(HostedExtension.class)
class RollingRestartTest {

    private static final int CREATORS = 10;
    private static final int READERS_EACH = 200;
    private static final int READERS = CREATORS * READERS_EACH;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The default of {@code bits.sse.reconnect-jitter}. */
    private static final Duration JITTER = Duration.ofSeconds(5);

    private static final Duration WINDOW = Duration.ofMillis(500);
    private static final int WINDOWS = (int) JITTER.dividedBy(WINDOW);

    private final Hosted hosted;

    RollingRestartTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void aRollingRestartLosesNothingAndTheReadersComeBackSpreadOut() throws Exception {
        URI gateway = hosted.firstAddress().get(0);
        List<Author> authors = new ArrayList<>();
        List<Load> loads = new ArrayList<>();
        try (Crowd crowd = new Crowd()) {
            for (int i = 0; i < CREATORS; i++) {
                Author author = hosted.author(hosted.addresses());
                authors.add(author);
                crowd.join(READERS_EACH, gateway, author);
                await("all streams shall begin").atMost(PATIENCE).until(crowd::areAllOpen);
                loads.add(Load.start(author, 1, 1));
            }
            for (String view : Hosted.VIEWS) {
                restart(view, crowd);
            }
            for (int i = 0; i < CREATORS; i++) {
                Author author = authors.get(i);
                List<Load.Post> posts = loads.get(i).stop();
                assertTrue(posts.stream().allMatch(post -> post.accepted().isPresent()), posts::toString);
                await("every reader shall have every post")
                        .atMost(PATIENCE)
                        .until(() -> crowd.haveAllShown(author, posts.size())
                                || !crowd.violations().isEmpty());
            }
            assertEquals(List.of(), crowd.violations().stream().limit(20).toList());
        }
    }

    private void restart(String view, Crowd crowd) throws Exception {
        int affected = hosted.streams(view);
        assertTrue(affected >= READERS / 4, () -> view + " has but " + affected + " streams");
        int attemptsBefore = crowd.attempts().size();
        long toldBefore = crowd.reconnects();
        long asked = System.nanoTime();
        hosted.process(view).stop(PATIENCE);
        long ended = System.nanoTime();
        await("all shall be back")
                .atMost(PATIENCE)
                .until(() -> crowd.attempts().size() - attemptsBefore >= affected && crowd.areAllOpen());
        hosted.awaitWhole();
        List<Crowd.Attempt> attempts =
                crowd.attempts().stream().skip(attemptsBefore).toList();
        assertEquals(affected, crowd.reconnects() - toldBefore, "all were told, and each once");
        assertSpreadOut(view, attempts, asked, ended);
    }

    private static void assertSpreadOut(String view, List<Crowd.Attempt> attempts, long asked, long ended) {
        long first = attempts.stream().mapToLong(Crowd.Attempt::at).min().orElseThrow();
        long last = attempts.stream().mapToLong(Crowd.Attempt::at).max().orElseThrow();
        int[] histogram = new int[(int) Math.max(WINDOWS, (last - first) / WINDOW.toNanos() + 1)];
        attempts.forEach(attempt -> histogram[(int) ((attempt.at() - first) / WINDOW.toNanos())]++);
        int peak = Arrays.stream(histogram).max().orElseThrow();
        double mean = (double) attempts.size() / WINDOWS;
        Map<Integer, Long> statuses = attempts.stream()
                .collect(Collectors.groupingBy(Crowd.Attempt::status, TreeMap::new, Collectors.counting()));
        System.out.printf(
                "%s restarted: ended after %.1f s; %d attempts to connect again, from %.1f s on for %.1f s, statuses %s;"
                        + " in windows of %d ms %s: the most is %.2f times the mean%n",
                view,
                (ended - asked) / 1e9,
                attempts.size(),
                (first - asked) / 1e9,
                (last - first) / 1e9,
                statuses,
                WINDOW.toMillis(),
                Arrays.toString(histogram),
                peak / mean);
        assertTrue(peak <= 2 * mean, () -> "a peak of %d, with a mean of %.1f".formatted(peak, mean));
        assertTrue(last - first < 4 * JITTER.toNanos(), "all come back soon");
        assertTrue(TimeUnit.NANOSECONDS.toSeconds(ended - asked) < 30, "no stream holds up the end");
    }
}

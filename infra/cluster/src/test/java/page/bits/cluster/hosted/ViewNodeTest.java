package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A view node that dies or stands still takes nothing with it: any other one goes on where it has stopped. */
@ExtendWith(HostedExtension.class)
class ViewNodeTest {

    private static final Duration PAUSE = Duration.ofSeconds(40);

    /** The gateways ask once a second, and wait a second for the answer. */
    private static final long NOTICED = TimeUnit.SECONDS.toNanos(6);

    /** How long the gateways wait for an answer to what they sent before: 20 s. */
    private static final long UNNOTICED_WAIT = TimeUnit.SECONDS.toNanos(25);

    private static final long RECOVERED = TimeUnit.SECONDS.toNanos(15);

    private final Hosted hosted;

    ViewNodeTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void readersOfAKilledNodeGoOnAtTheOtherWithWhatTheyMissedAndNoMore() throws Exception {
        kill("view-1");
    }

    @Test
    @Tag("soak")
    void manyTimes() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            kill(Hosted.VIEWS.get(random.nextInt(2)));
            hosted.awaitWhole();
        }
    }

    private void kill(String view) throws Exception {
        Author author = hosted.author(hosted.addresses());
        int before = hosted.streams(view);
        List<StreamReader> readers = hosted.readers(50, hosted.firstAddress(), author);
        int affected = hosted.streams(view) - before;
        assertTrue(affected >= 10 && affected <= 40, () -> affected + " of 50 streams are on " + view);
        Load load = Load.start(author, 2, 20);
        TimeUnit.SECONDS.sleep(2);

        hosted.cluster().suspendRestarts(view);
        long killed = System.nanoTime();
        hosted.process(view).kill();
        await("all that were cut shall go on")
                .atMost(Duration.ofSeconds(30))
                .until(() -> readers.stream()
                                        .filter(reader -> reader.reconnects() > 0)
                                        .count()
                                == affected
                        && readers.stream().allMatch(StreamReader::isOpen));
        TimeUnit.SECONDS.sleep(1);
        List<Load.Post> posts = load.stop();
        hosted.cluster().resumeRestarts(view);

        List<Double> recoveries = new ArrayList<>();
        for (StreamReader reader : readers) {
            for (StreamReader.Connection back :
                    reader.begun().subList(1, reader.begun().size())) {
                assertTrue(List.of("delta", "keepalive").contains(back.beganWith()), back::toString);
                assertTrue(!back.asked().isEmpty(), back::toString);
                recoveries.add((back.beganAt() - killed) / 1e9);
            }
        }
        assertEquals(affected, recoveries.size());
        recoveries.sort(null);
        System.out.printf(
                "%s killed: %d of 50 streams went on at the other, half of them after %.1f s, all after %.1f s%n",
                view, affected, recoveries.get(affected / 2), recoveries.get(affected - 1));
        assertTrue(recoveries.get(affected - 1) * 1e9 < RECOVERED, recoveries::toString);
        hosted.awaitWhole();
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        assertTrue(
                posts.stream().flatMap(post -> post.answers().stream()).allMatch(answer -> answer.status() == 200),
                "actions have nothing to do with it");
        hosted.assertConverged(author, readers);
        readers.forEach(StreamReader::close);
    }

    @Test
    void aNodeThatStoodStillCatchesUpAndIsNotAskedMeanwhile() throws Exception {
        Author author = hosted.author(hosted.addresses());
        List<StreamReader> readers = hosted.readers(20, hosted.firstAddress(), author);
        URI gateway = hosted.firstAddress().get(0);
        Load load = Load.start(author, 1, 10);
        ExecutorService askers = Executors.newCachedThreadPool();
        List<Future<Hosted.Reply>> asked = new ArrayList<>();
        List<StreamReader> newcomers = new ArrayList<>();
        long paused = System.nanoTime();
        hosted.process("view-2").pause();
        try {
            while (System.nanoTime() - paused < PAUSE.toNanos()) {
                asked.add(askers.submit(() -> hosted.get(gateway, author.stream())));
                if (System.nanoTime() - paused > NOTICED && newcomers.isEmpty()) {
                    newcomers.addAll(hosted.readers(6, hosted.firstAddress(), author));
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } finally {
            hosted.process("view-2").resume();
        }
        List<Hosted.Reply> early = new ArrayList<>();
        List<Hosted.Reply> late = new ArrayList<>();
        for (Future<Hosted.Reply> reply : asked) {
            (reply.get().began() - paused < NOTICED ? early : late).add(reply.get());
        }
        askers.shutdown();
        List<Load.Post> posts = load.stop();

        System.out.printf(
                "view-2 paused: of %d requests before it was noticed, %d were not answered with 200, the slowest took"
                        + " %.1f s; of %d later ones the slowest took %.2f s%n",
                early.size(),
                early.stream().filter(reply -> reply.status() != 200).count(),
                slowest(early) / 1e9,
                late.size(),
                slowest(late) / 1e9);
        assertTrue(slowest(early) < UNNOTICED_WAIT, early::toString);
        assertTrue(early.stream().allMatch(reply -> List.of(200, 503, 504).contains(reply.status())), early::toString);
        assertTrue(late.stream().allMatch(reply -> reply.status() == 200), "once it is noticed, the other serves");
        assertTrue(slowest(late) < TimeUnit.SECONDS.toNanos(3), "once it is noticed, nothing waits for it");
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        assertTrue(
                posts.stream().flatMap(post -> post.answers().stream()).allMatch(answer -> answer.status() == 200),
                "actions have nothing to do with it");
        readers = new ArrayList<>(readers);
        readers.addAll(newcomers);
        hosted.assertConverged(author, readers);
        readers.forEach(StreamReader::close);
    }

    private static long slowest(List<Hosted.Reply> replies) {
        return replies.stream().mapToLong(Hosted.Reply::nanos).max().orElseThrow();
    }
}

package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between the active transactor and its standby: nothing is lost, nothing happens twice, and readers don't even notice. */
@ExtendWith(HostedExtension.class)
class TransactorKilledUnderLoadTest {

    private static final int REPEATED = 25;

    private final Hosted hosted;

    TransactorKilledUnderLoadTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void whatWasAcceptedIsThereOnceAndWhatWasNeverSubmittedIsNot() throws Exception {
        kill(1, new Random(1));
    }

    @Test
    @Tag("soak")
    void manyTimes() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        kill(20, new Random(seed));
    }

    private void kill(int times, Random random) throws Exception {
        Author author = hosted.author(hosted.firstAddress());
        List<StreamReader> readers = hosted.readers(12, hosted.addresses(), author);
        Load load = Load.start(author, 8, 80);
        List<Double> recoveries = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            TimeUnit.MILLISECONDS.sleep(2_000 + random.nextInt(1_000));
            hosted.cluster().awaitReady(Duration.ofMinutes(2));
            String active = hosted.activeTransactor();
            long killed = System.nanoTime();
            hosted.process(active).kill();
            await("posts shall be accepted again")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> load.firstAcceptedAfter(killed + TimeUnit.MILLISECONDS.toNanos(100))
                            .isPresent());
            recoveries.add((load.firstAcceptedAfter(killed + TimeUnit.MILLISECONDS.toNanos(100))
                                    .orElseThrow()
                            - killed)
                    / 1e9);
        }
        TimeUnit.SECONDS.sleep(2);
        List<Load.Post> posts = load.stop();

        List<Author.Answer> answers =
                posts.stream().flatMap(post -> post.answers().stream()).toList();
        answers.forEach(TransactorKilledUnderLoadTest::assertHonest);
        long left = posts.stream().filter(Load.Post::isLeft).count();
        System.out.printf(
                "transactor killed: accepted again after %s s; of %d posts %d were never submitted; 503 %d times, 504 %d times%n",
                recoveries, posts.size(), left, count(answers, 503), count(answers, 504));
        assertNotEquals(0, left, "without those there was no outage to test");
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        posts.stream()
                .filter(post -> post.accepted().isPresent() && post.answers().size() > 1)
                .limit(REPEATED)
                .forEach(post -> assertRepeats(author, post));
        hosted.assertConverged(author, readers);
        readers.forEach(
                reader -> assertEquals(0, reader.reconnects(), "a stream has nothing to do with the transactor"));
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        readers.forEach(StreamReader::close);
    }

    private static void assertHonest(Author.Answer answer) {
        assertTrue(List.of(200, 503, 504).contains(answer.status()), answer::toString);
        assertFalse(answer.status() == 503 && answer.retryAfter().isEmpty(), answer::toString);
    }

    private static void assertRepeats(Author author, Load.Post post) {
        Author.Answer repeat = author.publish(post.text(), post.key());
        assertEquals(200, repeat.status(), repeat::toString);
        assertTrue(repeat.replayed(), repeat::toString);
        assertEquals(post.accepted().orElseThrow().body(), repeat.body());
    }

    private static long count(List<Author.Answer> answers, int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }
}

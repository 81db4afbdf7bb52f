package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An action node that dies costs no more than a second try of what it had in hand. */
@ExtendWith(HostedExtension.class)
class ActionNodeKilledTest {

    private static final int THREADS = 6;

    private final Hosted hosted;

    ActionNodeKilledTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void onlyWhatItHadInHandIsAnsweredWithAnError() throws Exception {
        Author author = hosted.author(hosted.addresses());
        Load load = Load.start(author, THREADS, 60);
        TimeUnit.SECONDS.sleep(2);
        hosted.cluster().suspendRestarts("action-1");
        long killed = System.nanoTime();
        hosted.process("action-1").kill();
        TimeUnit.SECONDS.sleep(5);
        List<Author.Answer> answers =
                load.answersSince(killed - TimeUnit.SECONDS.toNanos(2)).toList();
        List<Author.Answer> failed =
                answers.stream().filter(answer -> answer.status() != 200).toList();
        System.out.printf(
                "action-1 killed: %d of %d requests failed: %s%n",
                failed.size(),
                answers.size(),
                failed.stream().map(Author.Answer::status).toList());
        assertTrue(failed.stream().allMatch(answer -> List.of(503, 504).contains(answer.status())), failed::toString);
        assertTrue(failed.size() <= THREADS, failed::toString);

        hosted.cluster().resumeRestarts("action-1");
        hosted.awaitWhole();
        await("it shall serve again").atMost(Duration.ofSeconds(30)).until(() -> hosted.actions("action-1") > 0);
        List<Load.Post> posts = load.stop();
        long slowest = posts.stream()
                .flatMap(post -> post.answers().stream())
                .mapToLong(answer -> answer.answeredAt() - answer.askedAt())
                .max()
                .orElseThrow();
        assertTrue(slowest < TimeUnit.SECONDS.toNanos(8), () -> "an answer took " + slowest / 1e9 + " s");
        assertTrue(
                posts.stream()
                        .flatMap(post -> post.answers().stream())
                        .allMatch(answer -> List.of(200, 503, 504).contains(answer.status())),
                "no other answer until it was back either");
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
    }
}

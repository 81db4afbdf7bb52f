package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Gateways know nothing that others don't: whoever has the address of another goes on there. */
@ExtendWith(HostedExtension.class)
class GatewayKilledTest {

    private static final int READERS = 20;
    private static final int THREADS = 4;

    private final Hosted hosted;

    GatewayKilledTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void readersAndAuthorsGoOnAtTheOther() throws Exception {
        Author author = hosted.author(hosted.addresses());
        List<StreamReader> readers = hosted.readers(READERS, hosted.addresses(), author);
        Load load = Load.start(author, THREADS, 40);
        TimeUnit.SECONDS.sleep(2);
        hosted.cluster().suspendRestarts("gateway-1");
        long killed = System.nanoTime();
        hosted.process("gateway-1").kill();
        await("the half that was cut shall go on")
                .atMost(Duration.ofSeconds(30))
                .until(() -> readers.stream()
                                        .filter(reader -> reader.reconnects() == 1)
                                        .count()
                                == READERS / 2
                        && readers.stream().allMatch(StreamReader::isOpen));
        TimeUnit.SECONDS.sleep(1);
        List<Load.Post> posts = load.stop();
        hosted.cluster().resumeRestarts("gateway-1");

        List<Double> recoveries = new ArrayList<>();
        for (StreamReader reader : readers) {
            for (StreamReader.Connection back :
                    reader.begun().subList(1, reader.begun().size())) {
                assertTrue(List.of("delta", "keepalive").contains(back.beganWith()), back::toString);
                recoveries.add((back.beganAt() - killed) / 1e9);
            }
        }
        recoveries.sort(null);
        List<Author.Answer> failed = posts.stream()
                .flatMap(post -> post.answers().stream())
                .filter(answer -> answer.status() != 200)
                .toList();
        System.out.printf(
                "gateway-1 killed: %d streams went on at the other, all after %.1f s; %d requests failed: %s%n",
                recoveries.size(),
                recoveries.get(recoveries.size() - 1),
                failed.size(),
                failed.stream().map(Author.Answer::status).toList());
        assertTrue(failed.stream().allMatch(answer -> answer.status() == 0), "only a cut is no answer");
        assertTrue(failed.size() <= 2 * THREADS, failed::toString);
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        hosted.assertConverged(author, readers);
        readers.forEach(StreamReader::close);
    }
}

package page.bits.cluster.presence;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.hosted.HostedExtension;

/** Viewers whose node dies, and who never come back: everyone sees them gone within 10 s. */
@ExtendWith(HostedExtension.class)
class NodeDeathTest {

    private static final int VIEWERS = 20;
    private static final Duration PROMISED = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Hosted hosted;

    NodeDeathTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void theViewersOfADeadNodeAreGoneWithinTenSeconds() throws Exception {
        kill(3);
    }

    @Test
    @Tag("soak")
    void theViewersOfADeadNodeAreGoneWithinTenSecondsEachTime() throws Exception {
        kill(20);
    }

    private void kill(int times) throws Exception {
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            String node = Hosted.PRESENCES.get(i % Hosted.PRESENCES.size());
            all.add(secondsFromDeathToGone(node, "death-%d-%s".formatted(i, Long.toString(System.nanoTime(), 36))));
            hosted.awaitWhole();
        }
        all.sort(null);
        System.out.printf(
                "presence node killed %d times: its viewers are gone for the last observer after %s s, the worst after %.2f s%n",
                times, all.stream().map("%.2f"::formatted).toList(), all.get(times - 1));
        assertTrue(all.get(times - 1) <= PROMISED.toMillis() / 1e3, all::toString);
    }

    private double secondsFromDeathToGone(String node, String room) throws Exception {
        String other = Hosted.PRESENCES.stream()
                .filter(name -> !name.equals(node))
                .findFirst()
                .orElseThrow();
        try (Throng throng =
                new Throng(room, List.of(address(node)), List.of(address(other), address("gateway-1")), List.of())) {
            await("all observers shall be there").atMost(PATIENCE).until(throng::areObserversThere);
            throng.enter(VIEWERS, Duration.ofMillis(500));
            await("all viewers shall be there").atMost(PATIENCE).until(() -> throng.doObserversCount(VIEWERS));
            hosted.cluster().suspendRestarts(node);
            long killed = System.nanoTime();
            hosted.process(node).kill();
            await("all viewers shall be gone").atMost(PATIENCE).until(() -> throng.doObserversCount(0));
            return (throng.agreedAt() - killed) / 1e9;
        } finally {
            hosted.cluster().resumeRestarts(node);
        }
    }

    private URI address(String process) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(process));
    }
}

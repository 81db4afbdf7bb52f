package page.bits.cluster.crash;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What was acknowledged stays when PostgreSQL crashes; a transactor that halts because of it is started again. */
class StorageCrashTest {

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    private TransactorProcess transactor;

    @Test
    void nothingAcknowledgedIsLostWhenPostgresCrashes() throws Exception {
        Rig rig = each.rig();
        transactor = rig.startTransactor();
        transactor.awaitActive();
        List<Client> clients = List.of(rig.startClient("ann"), rig.startClient("bob"));
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window 100"));

        for (int secondsAway : List.of(0, 4)) {
            for (Client client : clients) {
                client.awaitAcknowledged(client.acknowledged() + 500);
            }
            long crashed = System.nanoTime();
            rig.postgres().crash();
            TimeUnit.SECONDS.sleep(secondsAway);
            rig.postgres().restart();
            long back = System.nanoTime();
            await("both clients shall go on")
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        startAgainIfEnded(rig);
                        return clients.stream()
                                .allMatch(client ->
                                        client.firstAcknowledgedAfter(back).isPresent());
                    });
            each.tell(
                    "PostgreSQL away for %d s; %d ms after it was back a transaction was acknowledged",
                    TimeUnit.NANOSECONDS.toSeconds(back - crashed),
                    TimeUnit.NANOSECONDS.toMillis(
                            clients.get(0).firstAcknowledgedAfter(back).orElseThrow() - back));
        }

        History.Verdict verdict = rig.stopAndJudge(clients);
        each.tell("%s", verdict);
        assertTrue(verdict.holds(), verdict::toString);
    }

    private void startAgainIfEnded(Rig rig) throws Exception {
        if (!transactor.process().isAlive()) {
            each.tell(
                    "the transactor ended with %d",
                    transactor.process().onExit().get());
            transactor = rig.startTransactor();
        }
    }
}

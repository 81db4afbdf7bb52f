package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A peer that stood still for longer than its connection lives (10 s) catches its database up from the log without reporting
 * what it read: its feed has to find out.
 */
class PeerPausedTest {

    private static final long PAUSE_SECONDS = 40;

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    @Test
    void aPeerThatWasPausedHasACompleteFeed() throws Exception {
        Rig rig = each.rig();
        rig.startTransactor().awaitActive();
        List<Client> clients = List.of(rig.startClient("ann"), rig.startClient("bob"));
        Client ann = clients.get(0);
        Client bob = clients.get(1);
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window 50"));
        clients.forEach(client -> client.awaitAcknowledged(500));

        bob.process().pause();
        long before = ann.acknowledged();
        // It is the time that matters here: how long the connection's other end waits.
        TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
        long missed = ann.acknowledged() - before;
        bob.process().resume();
        bob.awaitAcknowledgedAfter(System.nanoTime());
        each.tell("%,d transactions during a pause of %d s", missed, PAUSE_SECONDS);

        History.Verdict verdict = rig.stopAndJudge(clients);
        each.tell("%s", verdict);
        assertTrue(verdict.holds(), verdict::toString);
        assertTrue(missed > 1_000, "too little happened during the pause: " + missed);
    }
}

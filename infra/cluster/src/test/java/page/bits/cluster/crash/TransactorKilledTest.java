package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What was acknowledged stays, and nothing happens twice, however often the transactor is killed under load. */
class TransactorKilledTest {

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    @Test
    void nothingAcknowledgedIsLostWhenTheTransactorIsKilled() throws Exception {
        killUnderLoad(5);
    }

    @Test
    @Tag("soak")
    void nothingAcknowledgedIsLostInTwentyKills() throws Exception {
        killUnderLoad(20);
    }

    private void killUnderLoad(int times) throws Exception {
        CrashRun run = CrashRun.start(each.rig(), each.random(), line -> each.tell("%s", line));
        for (int kill = 0; kill < times; kill++) {
            run.kill();
        }
        History.Verdict verdict = run.judge();
        each.tell("%s", verdict);
        assertTrue(verdict.holds(), verdict::toString);
        assertEquals(
                0, run.kills().stream().filter(kill -> kill.inFlight() < 100).count(), "kills that hit too little");
        assertTrue(verdict.durableUnknown() > 0, "one kill came between the commit and its announcement");
    }
}

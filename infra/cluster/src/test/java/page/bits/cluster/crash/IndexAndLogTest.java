package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However often memory is merged into the index and the log's end into its tree, everyone reads the same, either way. */
class IndexAndLogTest {

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    @Test
    void aFreshPeerReadsTheSameAsAnOldOneThroughIndexAndLog() throws Exception {
        readTheSameAfter(50_000, "1M", "64K");
    }

    /** Peers look for what the index holds in the log's tree alone, which here grows for no other reason than the index. */
    @Test
    void aFreshPeerReadsTheWholeLogWhenTheIndexGrowsSoonerThanTheLogsTree() throws Exception {
        readTheSameAfter(10_000, "256K", "1G");
    }

    @Test
    @Tag("soak")
    void aFreshPeerReadsTheSameAfterTwoHundredThousandTransactions() throws Exception {
        readTheSameAfter(200_000, "1M", "64K");
    }

    private void readTheSameAfter(long transactions, String indexThreshold, String tailThreshold) throws Exception {
        Rig rig = each.rig().with("memory-index-threshold", indexThreshold).with("log-tail-threshold", tailThreshold);
        TransactorProcess transactor = rig.startTransactorWithoutProxy();
        transactor.awaitActive();
        List<Client> clients = List.of(rig.startChurningClient("ann"), rig.startChurningClient("bob"));
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window 250"));
        clients.forEach(client -> client.awaitAcknowledged(transactions / 2));
        rig.stop(clients);
        double merges = transactor.metric("bits_transactor_index_seconds_count");
        double growths = transactor.metric("bits_transactor_segment_seconds_count");
        each.tell("%.0f merges into the index, %.0f growths of the log's tree", merges, growths);
        assertTrue(merges > transactions / 20_000, "merges into the index: " + merges);

        Dump old = rig.readBy(clients.get(0));
        Dump fresh = rig.readAfresh();
        assertEquals(old.basis(), fresh.basis());
        assertTrue(
                old.log().equals(fresh.log()),
                () -> "the log: %,d transactions for the old peer, %,d for the fresh one"
                        .formatted(old.log().size(), fresh.log().size()));
        assertSame(fresh.logged(), fresh.indexed(), "a fresh peer's index and what its log says");
        assertSame(old.indexed(), fresh.indexed(), "an old and a fresh peer's index");
        assertSame(old.logged(), fresh.logged(), "what an old and a fresh peer's log say");
        assertTrue(
                fresh.indexed().size() >= transactions,
                "entities: " + fresh.indexed().size());

        History.Verdict verdict = rig.judge(clients, fresh);
        each.tell("%s; %,d entities the same", verdict, fresh.indexed().size());
        assertTrue(verdict.holds(), verdict::toString);
        assertTrue(verdict.acknowledged() >= transactions);
        assertTrue(growths >= merges, "growths of the log's tree: " + growths);
        assertTrue(verdict.rejected() > 0, "some were meant to be refused");
    }

    private static void assertSame(Map<Long, String> expected, Map<Long, String> actual, String what) {
        // Not the two as a whole: a message with all entities would be megabytes.
        assertEquals(expected.size(), actual.size(), what + ", entities");
        expected.forEach((entity, digest) -> assertEquals(digest, actual.get(entity), what + ", entity " + entity));
    }
}

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
        readTheSameAfter(50_000);
    }

    @Test
    @Tag("soak")
    void aFreshPeerReadsTheSameAfterHalfAMillionTransactions() throws Exception {
        readTheSameAfter(500_000);
    }

    private void readTheSameAfter(long transactions) throws Exception {
        Rig rig = each.rig().with("memory-index-threshold", "1M").with("log-tail-threshold", "64K");
        TransactorProcess transactor = rig.startTransactorWithoutProxy();
        transactor.awaitActive();
        List<Client> clients = List.of(rig.startChurningClient("ann"), rig.startChurningClient("bob"));
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window 250"));
        clients.forEach(client -> client.awaitAcknowledged(transactions / 2));
        rig.stop(clients);
        each.tell(
                "%.0f merges into the index, %.0f of the log's end into its tree",
                transactor.metric("bits_transactor_index_seconds_count"),
                transactor.metric("bits_transactor_segment_seconds_count"));
        assertTrue(transactor.metric("bits_transactor_index_seconds_count") >= 5, "merges into the index");
        assertTrue(transactor.metric("bits_transactor_segment_seconds_count") >= 20, "growths of the log's tree");

        Dump old = rig.readBy(clients.get(0));
        Dump fresh = rig.readAfresh();
        assertEquals(old.basis(), fresh.basis());
        assertEquals(old.log(), fresh.log());
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
        assertTrue(verdict.rejected() > 0, "some were meant to be refused");
    }

    private static void assertSame(Map<Long, String> expected, Map<Long, String> actual, String what) {
        assertEquals(expected.keySet(), actual.keySet(), what);
        expected.forEach((entity, digest) -> assertEquals(digest, actual.get(entity), what + ", entity " + entity));
    }
}

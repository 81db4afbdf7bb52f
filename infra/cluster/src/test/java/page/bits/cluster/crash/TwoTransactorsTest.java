package page.bits.cluster.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two transactors that both believe to be the active one never both commit: the one that was replaced ends. */
class TwoTransactorsTest {

    private static final int FAIL_STOP = 3;

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    private TransactorProcess first;
    private TransactorProcess second;
    private List<Client> clients;

    @BeforeEach
    void startWithStandby() throws Exception {
        // So late that the log alone tells the first one that it was replaced.
        Rig rig = each.rig().with("heartbeat-interval", "PT2M").with("isolation-limit", "PT10M");
        first = rig.startTransactor();
        first.awaitActive();
        second = rig.startTransactor();
        clients = List.of(rig.startClient("ann"), rig.startClient("bob"));
        second.awaitStandby();
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window 100"));
        clients.forEach(client -> client.awaitAcknowledged(500));
    }

    @Test
    @Tag("soak")
    void aTransactorThatLostItsLockUnderLoadEnds() throws Exception {
        takeLockFromFirst();
        second.awaitActive();
        assertEquals(FAIL_STOP, first.process().onExit().get(60, TimeUnit.SECONDS));
        clientsGoOn();
        judge();
    }

    @Test
    void aTransactorThatWasReplacedWhileItStoodStillEnds() throws Exception {
        first.process().pause();
        takeLockFromFirst();
        second.awaitActive();
        clientsGoOn();
        first.process().resume();
        assertEquals(FAIL_STOP, first.process().onExit().get(60, TimeUnit.SECONDS));
        clientsGoOn();
        judge();
    }

    private void clientsGoOn() {
        long now = System.nanoTime();
        clients.forEach(client -> client.awaitAcknowledgedAfter(now));
    }

    private void judge() throws Exception {
        History.Verdict verdict = each.rig().stopAndJudge(clients);
        each.tell("%s", verdict);
        assertTrue(verdict.holds(), verdict::toString);
    }

    /** PostgreSQL ends the session that holds the lock, as it would for an administrator or after a broken network. */
    private void takeLockFromFirst() throws SQLException {
        try (Connection connection = DriverManager.getConnection(each.rig().jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet ended = statement.executeQuery("select count(pg_terminate_backend(pid)) from pg_locks"
                        + " where locktype = 'advisory' and granted")) {
            ended.next();
            assertEquals(1, ended.getInt(1), "sessions that held the lock");
        }
    }
}

package page.bits.cluster.crash;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import datomic.Util;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;
import page.bits.peer.OutcomeUnknownException;
import page.bits.peer.PeerUnavailableException;
import page.bits.peer.Schema;

/** A peer outlives its transactor, and says of each transaction whether it was never submitted or may have happened. */
class OutageTest {

    private static final List<?> NOTHING_BUT_A_TIME = List.of();
    private static final Duration SOON = Duration.ofMinutes(1);

    @RegisterExtension
    final RigOfEachTest each = new RigOfEachTest();

    @Test
    void aPeerComesUpWhenTheTransactorDoesAndIsReadyOnceTheSchemaIsThere() throws Exception {
        Rig rig = each.rig();
        Client before = rig.startClient("before");
        DatomicPeer waiting = new DatomicPeer(ClientConfig.waiting(rig.uri()), Schema.BITS, List.of(), () -> {});
        waiting.start();
        try {
            await("it shall try in vain")
                    .atMost(SOON)
                    .until(() -> before.process().log().contains("next try in"));
            assertFalse(waiting.isReady());
            assertInstanceOf(PeerUnavailableException.class, failureOf(waiting.transact(NOTHING_BUT_A_TIME)));

            TransactorProcess transactor = rig.startTransactor();
            Client with = rig.startClient("with");
            before.awaitStarted();
            with.awaitStarted();
            transactor.awaitActive();
            Client after = rig.startClient("after");
            after.awaitStarted();
            waiting.whenReady().get(60, TimeUnit.SECONDS);
            waiting.transact(NOTHING_BUT_A_TIME).get(20, TimeUnit.SECONDS);

            List<Client> clients = List.of(before, with, after);
            clients.forEach(client -> client.tell("window 5"));
            clients.forEach(client -> client.awaitAcknowledged(50));
            History.Verdict verdict = rig.stopAndJudge(clients);
            each.tell("%s", verdict);
            assertTrue(verdict.holds(), verdict::toString);
        } finally {
            waiting.stop();
        }
    }

    @Test
    void whatWasInFlightIsUnknownAndWhatComesLaterWasNotSubmitted() throws Exception {
        Rig rig = each.rig();
        TransactorProcess transactor = rig.startTransactor();
        transactor.awaitActive();
        DatomicPeer peer = new DatomicPeer(ClientConfig.installing(rig.uri()), Schema.BITS, List.of(), () -> {});
        peer.start();
        try {
            peer.whenReady().get(60, TimeUnit.SECONDS);
            long basis = peer.transact(NOTHING_BUT_A_TIME)
                    .get(20, TimeUnit.SECONDS)
                    .t()
                    .value();

            transactor.process().pause();
            List<CompletableFuture<Committed>> inFlight = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                inFlight.add(peer.transact(List.of(Util.map(Util.read(":creator/handle"), "handle-" + i))));
            }
            transactor.process().kill();
            for (CompletableFuture<Committed> transaction : inFlight) {
                assertInstanceOf(OutcomeUnknownException.class, failureOf(transaction));
            }
            assertInstanceOf(PeerUnavailableException.class, failureOf(peer.transact(NOTHING_BUT_A_TIME)));

            rig.startTransactor().awaitActive();
            await("it shall work again").atMost(SOON).until(() -> failureOf(peer.transact(NOTHING_BUT_A_TIME)) == null);
            assertTrue(peer.db().basisT() > basis);
        } finally {
            peer.stop();
        }
    }

    private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
        return future.handle((done, failure) -> failure).get(30, TimeUnit.SECONDS);
    }
}

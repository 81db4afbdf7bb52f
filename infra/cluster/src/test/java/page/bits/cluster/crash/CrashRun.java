package page.bits.cluster.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import page.bits.cluster.crash.PostgresProxy.Moment;

/** Two clients under full load, an active transactor and a standby, and what happens when the active one is killed again and again. */
final class CrashRun {

    private static final int WINDOW = 150;
    private static final int WARM = 400;

    /** How a kill is timed. */
    private enum Timing {
        ANY_MOMENT,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    /**
     * One kill.
     *
     * @param inFlight how many transactions the clients had submitted and had no outcome of
     * @param recovery from the kill to the first acknowledgement, to any client, of a transaction submitted after it
     */
    record Kill(String timing, long inFlight, Duration recovery) {}

    private final Rig rig;
    private final Random random;
    private final Consumer<String> tell;
    private final List<Client> clients;
    private final List<Kill> kills = new ArrayList<>();
    private TransactorProcess active;
    private TransactorProcess standby;

    private CrashRun(Rig rig, Random random, Consumer<String> tell) throws Exception {
        this.rig = rig;
        this.random = random;
        this.tell = tell;
        active = rig.startTransactor();
        active.awaitActive();
        standby = rig.startTransactor();
        clients = List.of(rig.startClient("ann"), rig.startClient("bob"));
        clients.forEach(Client::awaitStarted);
        clients.forEach(client -> client.tell("window " + WINDOW));
    }

    static CrashRun start(Rig rig, Random random, Consumer<String> tell) throws Exception {
        return new CrashRun(rig, random, tell);
    }

    List<Kill> kills() {
        return List.copyOf(kills);
    }

    /** Kills the active transactor, at a moment of another kind each time, and waits until both clients go on. */
    void kill() throws Exception {
        standby.awaitStandby();
        for (Client client : clients) {
            client.awaitAcknowledged(client.acknowledged() + WARM);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(200)); // at no moment in particular
        Timing timing = Timing.values()[kills.size() % Timing.values().length];
        long killed = killActive(timing);
        active = standby;
        standby = rig.startTransactor();
        for (Client client : clients) {
            client.awaitAcknowledgedAfter(killed);
        }
        long inFlight =
                clients.stream().mapToLong(client -> client.inFlightAt(killed)).sum();
        long recovered = clients.stream()
                .map(client -> client.firstAcknowledgedAfter(killed))
                .mapToLong(OptionalLong::getAsLong)
                .min()
                .orElseThrow();
        Kill kill = new Kill(timing.name(), inFlight, Duration.ofNanos(recovered - killed));
        kills.add(kill);
        tell.accept("kill %d (%s): %d in flight, %d ms until a transaction submitted after it was acknowledged"
                .formatted(kills.size(), timing, inFlight, kill.recovery().toMillis()));
    }

    /** @return when */
    private long killActive(Timing timing) throws Exception {
        TransactorProcess victim = active;
        if (timing == Timing.ANY_MOMENT) {
            long now = System.nanoTime();
            victim.process().kill();
            return now;
        }
        CompletableFuture<Long> killed = new CompletableFuture<>();
        rig.proxy().arm(Moment.valueOf(timing.name()), () -> {
            try {
                killed.complete(System.nanoTime());
                victim.process().kill();
            } catch (InterruptedException e) {
                killed.completeExceptionally(e);
            }
        });
        long when = killed.get(30, TimeUnit.SECONDS);
        victim.process().onExit().get(10, TimeUnit.SECONDS);
        return when;
    }

    History.Verdict judge() throws Exception {
        long[] recoveries = kills.stream()
                .mapToLong(kill -> kill.recovery().toMillis())
                .sorted()
                .toArray();
        tell.accept("recovery: median %d ms, worst %d ms of %d kills"
                .formatted(
                        recoveries[recoveries.length / 2],
                        LongStream.of(recoveries).max().orElseThrow(),
                        recoveries.length));
        return rig.stopAndJudge(clients);
    }
}

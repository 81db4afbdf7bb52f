package page.bits.cluster.presence;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import page.bits.cluster.ClusterSettings;
import page.bits.cluster.history.Guest;
import page.bits.cluster.hosted.Cpu;
import page.bits.cluster.hosted.Hosted;

/**
 * Measures presence on this machine, with two presence nodes and all that they need, each a process of its own: what many
 * viewers cost that come at once, what a busy room costs each observer, and what viewers cost who just stay. {@code ./bits bench
 * presence} runs it.
 *
 * <p>It needs a file descriptor for each viewer, and so does each presence node for half of them: {@code ulimit -n} has to be
 * 12,000 or more.
 */
final class PresenceBench {

    private static final PrintStream OUT = System.out;
    private static final int BURST = 5_000;
    private static final Duration BURST_TIME = Duration.ofSeconds(5);
    private static final int STEADY = 5_000;
    private static final List<Integer> SIZES = List.of(10, 1_000, 10_000);
    private static final int CHURN_A_SECOND = 50;
    private static final Duration CHURN = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final double BOUND_MIB = 1;
    private static final int GUESTS = 500;

    private final Hosted hosted;
    private final int rounds;
    private final Duration steady;
    private final List<String> tokens = new ArrayList<>();
    private final PresenceDatabase database;

    private PresenceBench(Hosted hosted, boolean quick) throws Exception {
        this.hosted = hosted;
        this.rounds = quick ? 2 : 5;
        this.steady = Duration.ofMinutes(quick ? 1 : Integer.getInteger("bits.minutes", 10));
        this.database = new PresenceDatabase(hosted.cluster());
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("bits-bench-");
        OUT.printf("All files are in %s%n%n", folder);
        ClusterSettings settings =
                ClusterSettings.in(folder.resolve("cluster")).withViews(1).withActions(2);
        for (String node : Hosted.PRESENCES) {
            settings = settings.withEnvironment(node, "BITS_SSE_MAX_STREAMS_PER_ADDRESS", "20000")
                    .withEnvironment(node, "BITS_SSE_MAX_STREAMS", "20000");
        }
        for (String name :
                List.of("transactor", "standby", "action-1", "action-2", "presence-1", "presence-2", "gateway-1")) {
            // Compiled to be fast, and not to be there soon.
            settings = settings.withJvmOptions(name, "-XX:TieredStopAtLevel=4");
        }
        try (Hosted hosted = Hosted.start(settings)) {
            PresenceBench bench = new PresenceBench(hosted, Arrays.asList(args).contains("--quick"));
            bench.gatherGuests();
            bench.measureBursts();
            bench.measureSizes();
            bench.measureSteady();
        }
        System.exit(0);
    }

    private void gatherGuests() throws IOException, InterruptedException {
        for (int i = 0; i < GUESTS; i++) {
            tokens.add(Guest.of(address("action-1"), "guest " + i).token());
        }
    }

    private void measureBursts() throws Exception {
        OUT.printf(
                "%,d join one room within %d s, one in ten by name, half at each node%n",
                BURST, BURST_TIME.toSeconds());
        OUT.printf(
                "%-8s %14s %18s %20s %20s  %s%n",
                "round", "transactions", "agreed after s", "after the last s", "bytes/join+observer", "cores");
        burst("warm-up"); // for the compilers
        List<Double> agreed = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            agreed.add(burst(Integer.toString(round)));
        }
        agreed.sort(null);
        OUT.printf(
                "all observers agree after the last has asked: p50 %.2f s, worst %.2f s%n%n",
                agreed.get((agreed.size() - 1) / 2), agreed.get(agreed.size() - 1));
    }

    private double burst(String round) throws Exception {
        String room = "burst-" + round;
        try (Throng throng = new Throng(room, nodes(), nodes(), tokens)) {
            await(throng::areObserversThere);
            long bytesBefore = throng.observedBytes();
            long t = database.newestT();
            Cpu.Watch cpu = Cpu.watch(processes());
            long began = System.nanoTime();
            throng.enter(BURST, BURST_TIME);
            await(() -> throng.entered() == BURST);
            long lastAsked = throng.lastAskedAt();
            await(() -> throng.doObserversCount(BURST));
            long ended = throng.agreedAt();
            Cpu used = cpu.stop();
            double afterLast = (ended - lastAsked) / 1e9;
            OUT.printf(
                    "%-8s %14d %18.2f %20.2f %20.2f  %s%n",
                    round,
                    database.transactionsSince(t),
                    (ended - began) / 1e9,
                    afterLast,
                    (double) (throng.observedBytes() - bytesBefore) / throng.observers() / BURST,
                    told(used));
            throng.leaveAll();
            await(() -> throng.doObserversCount(0));
            return afterLast;
        }
    }

    private void measureSizes() throws Exception {
        OUT.printf("%-10s %24s %24s%n", "viewers", "bytes of a join's event", "bytes of a named join's");
        try (Throng throng = new Throng("sizes", nodes(), nodes(), List.of())) {
            await(throng::areObserversThere);
            for (int size : SIZES) {
                throng.enter(size - throng.size(), BURST_TIME);
                await(() -> throng.doObserversCount(size));
                int plain = throng.bytesOfOneJoin("");
                int named = throng.bytesOfOneJoin(tokens.get(0));
                OUT.printf("%,-10d %24d %24d%n", size, plain, named);
                await(() -> throng.doObserversCount(size));
            }
            long t = database.newestT();
            long events = throng.observedEvents();
            long bytes = throng.observedBytes();
            Cpu.Watch cpu = Cpu.watch(processes());
            throng.churn(CHURN_A_SECOND, CHURN);
            Cpu used = cpu.stop();
            double seconds = CHURN.toSeconds();
            OUT.printf(
                    "with %,d, of whom %d a second leave and %d come: %.1f transactions a second; each observer gets %.1f events"
                            + " and %.0f bytes a second; cores: %s%n%n",
                    throng.size(),
                    CHURN_A_SECOND,
                    CHURN_A_SECOND,
                    database.transactionsSince(t) / seconds,
                    (throng.observedEvents() - events) / seconds / throng.observers(),
                    (throng.observedBytes() - bytes) / seconds / throng.observers(),
                    told(used));
            throng.leaveAll();
            await(() -> throng.doObserversCount(0));
        }
    }

    private void measureSteady() throws Exception {
        try (Throng throng = new Throng("steady", nodes(), nodes(), tokens)) {
            await(throng::areObserversThere);
            throng.enter(STEADY, BURST_TIME);
            await(() -> throng.doObserversCount(STEADY));
            TimeUnit.SECONDS.sleep(10); // what was begun before is over
            Cpu.Watch cpu = Cpu.watch(processes());
            Writes with = writes(steady);
            Cpu used = cpu.stop();
            throng.leaveAll();
            await(() -> throng.doObserversCount(0));
            for (String node : Hosted.PRESENCES) {
                hosted.cluster().suspendRestarts(node);
                hosted.process(node).close();
            }
            TimeUnit.SECONDS.sleep(10);
            Writes without = writes(steady.compareTo(Duration.ofMinutes(2)) < 0 ? steady : Duration.ofMinutes(2));
            double hours = Hosted.PRESENCES.size() * steady.toMillis() / 3_600_000.0;
            OUT.printf(
                    "%,d viewers stay for %d s on %d nodes; for an hour of one node, by extrapolation%n",
                    STEADY, steady.toSeconds(), Hosted.PRESENCES.size());
            row("transactions", "%,.0f", with.transactions() / hours);
            row("rows that came into the storage", "%,.0f", with.rows() / hours);
            row("MiB of these rows (id, map and val)", "%.3f", mib(with.bytes()) / hours);
            row("MiB of them in val, which is the log", "%.3f", mib(with.valueBytes()) / hours);
            row("bytes in val for each transaction", "%.0f", (double) with.valueBytes() / with.transactions());
            row("MiB of WAL", "%.3f", mib(with.wal()) / hours);
            row(
                    "MiB of WAL but for what is written without presence",
                    "%.3f",
                    mib(with.wal() - without.wal() * ((double) with.nanos() / without.nanos())) / hours);
            OUT.printf(
                    "MiB in rows for an hour of one node: %.3f, and %.0f is the bound: %s; cores: %s%n",
                    mib(with.bytes()) / hours,
                    BOUND_MIB,
                    mib(with.bytes()) / hours <= BOUND_MIB ? "held" : "NOT HELD",
                    told(used));
        }
    }

    private record Writes(long transactions, long rows, long bytes, long valueBytes, long wal, long nanos) {}

    /** What is written while nothing is done. */
    private Writes writes(Duration time) throws Exception {
        long began = System.nanoTime();
        long t = database.newestT();
        PresenceDatabase.Storage before = database.storage();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        PresenceDatabase.Added added = database.addedSince(before);
        return new Writes(
                database.transactionsSince(t),
                added.rows(),
                added.bytes(),
                added.valueBytes(),
                added.wal(),
                System.nanoTime() - began);
    }

    private static double mib(double bytes) {
        return bytes / (1 << 20);
    }

    private static void row(String what, String format, double value) {
        OUT.printf("%-58s " + format + "%n", what, value);
    }

    private Map<String, Long> processes() {
        Map<String, Long> processes = new LinkedHashMap<>();
        for (String name : List.of("presence-1", "presence-2", "action-1", "action-2", hosted.activeTransactor())) {
            processes.put(name, hosted.process(name).pid());
        }
        hosted.cluster().postgres().ifPresent(postgres -> processes.put("postgres", postgres.pid()));
        processes.put("this client", ProcessHandle.current().pid());
        return processes;
    }

    private static String told(Cpu cpu) {
        return cpu.cores().entrySet().stream()
                .map(share -> "%s %.2f".formatted(share.getKey(), share.getValue()))
                .collect(Collectors.joining(", "));
    }

    private List<URI> nodes() {
        return Hosted.PRESENCES.stream().map(this::address).toList();
    }

    private URI address(String process) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(process));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not within " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}

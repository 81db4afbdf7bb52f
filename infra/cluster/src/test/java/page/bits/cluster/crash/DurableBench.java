package page.bits.cluster.crash;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Measures a durable installation on this machine: PostgreSQL as it is by default, the embedded transactor, and two peers,
 * each a process of its own. {@code ./bits bench durable} runs it.
 */
final class DurableBench {

    private static final PrintStream OUT = System.out;
    private static final Duration LATENCY_RUN = Duration.ofSeconds(30);
    private static final Duration THROUGHPUT_RUN = Duration.ofSeconds(10);
    private static final int WARM = 10_000;
    private static final int KILLS = 5;

    private DurableBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("bits-bench-");
        OUT.printf("All files are in %s%n%n", folder);
        measureSpeed(folder.resolve("speed"));
        measureCrashes(folder.resolve("crashes"));
        OUT.println("""

                In brackets: what a prototype of the transactor reached, on 2 shared cores with PostgreSQL 15.
                Both peers read System.nanoTime(), which on Linux is CLOCK_MONOTONIC, the same for all processes of a machine.""");
        System.exit(0);
    }

    private static void measureSpeed(Path folder) throws Exception {
        try (Rig rig = new Rig(folder, 1).forSpeed()) {
            rig.startTransactorWithoutProxy().awaitActive();
            Client ann = rig.startClient("ann");
            Client bob = rig.startClient("bob");
            List.of(ann, bob).forEach(Client::awaitStarted);
            ann.tell("window 100");
            ann.awaitAcknowledged(WARM);
            measureLatency(ann, bob);
            OUT.printf("%n%-44s %12s%n", "in flight, from one peer", "per second");
            measureThroughput(ann, 100, "880-1,049");
            measureThroughput(ann, 200, "2,614");
            measureThroughput(ann, 1_000, "4,490");
            History.Verdict verdict = rig.stopAndJudge(List.of(ann, bob));
            OUT.printf("%s%n", verdict);
        }
    }

    private static void measureLatency(Client from, Client to) throws InterruptedException {
        from.tell("rate 100");
        long began = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) + LATENCY_RUN.toNanos());
        long ended = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
        Map<Mark, Long> submitted = new HashMap<>();
        for (ClientEvent event : from.events()) {
            if (event instanceof ClientEvent.Submitted e && e.nanos() > began && e.nanos() < ended) {
                submitted.put(new Mark(from.toString(), e.number()), e.nanos());
            }
        }
        long[] latencies = to.events().stream()
                .filter(ClientEvent.Delivered.class::isInstance)
                .map(ClientEvent.Delivered.class::cast)
                .filter(event -> event.mark().filter(submitted::containsKey).isPresent())
                .mapToLong(event -> event.nanos() - submitted.get(event.mark().orElseThrow()))
                .sorted()
                .toArray();
        OUT.printf("%-44s %12s %12s%n", "from transact to the other peer's feed", "p50 ms", "p99 ms");
        OUT.printf(
                "%-44s %12.1f %12.1f   (6.6-7.6, 31-73)%n",
                "%,d transactions at 100 a second".formatted(latencies.length),
                millis(latencies, 0.5),
                millis(latencies, 0.99));
        from.tell("rate 0");
    }

    private static double millis(long[] sorted, double quantile) {
        return sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
    }

    private static void measureThroughput(Client client, int window, String before) throws InterruptedException {
        client.tell("window " + window);
        // Nobody reads the client's file meanwhile: there are few cores.
        TimeUnit.SECONDS.sleep(3);
        long began = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(THROUGHPUT_RUN.toNanos());
        long ended = System.nanoTime();
        double rate = client.count(Outcome.ACKED, began, ended) / (THROUGHPUT_RUN.toMillis() / 1e3);
        OUT.printf("%-44d %,12.0f   (%s)%n", window, rate, before);
    }

    private static void measureCrashes(Path folder) throws Exception {
        OUT.printf("%nThe transactor is killed %d times under load, with a standby%n", KILLS);
        try (Rig rig = new Rig(folder, 1)) {
            CrashRun run = CrashRun.start(rig, new Random(1), line -> OUT.println(line));
            for (int kill = 0; kill < KILLS; kill++) {
                run.kill();
            }
            OUT.println(run.judge());
        }
    }
}

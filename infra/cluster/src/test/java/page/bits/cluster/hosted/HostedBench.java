package page.bits.cluster.hosted;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import page.bits.cluster.ClusterSettings;
import page.bits.cluster.JavaProcess;

/**
 * Measures the hosted shape on this machine: how long a post takes from its author to readers of every view node, through a
 * gateway, beside what the database alone takes from one peer to another; and how long it takes to go on after a process
 * was killed. {@code ./bits bench hosted} runs it.
 */
final class HostedBench {

    private static final PrintStream OUT = System.out;
    private static final int RATE = 100;
    private static final int KILL_READERS = 50;
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> ALL = List.of(
            "transactor",
            "standby",
            "action-1",
            "action-2",
            "view-1",
            "view-2",
            "presence-1",
            "presence-2",
            "gateway-1");
    private static final String LOAD_CLIENT = "page.bits.cluster.crash.LoadClient";

    private final Hosted hosted;
    private final Path folder;
    private final int rounds;
    private final Duration round;
    private Duration length = Duration.ofSeconds(20);

    private HostedBench(Hosted hosted, Path folder, boolean quick) {
        this.hosted = hosted;
        this.folder = folder;
        this.rounds = quick ? 1 : 3;
        this.round = Duration.ofSeconds(quick ? 5 : 20);
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("bits-bench-");
        OUT.printf("All files are in %s%n%n", folder);
        ClusterSettings settings = ClusterSettings.in(folder.resolve("cluster")).withGateways(1, "127.0.0.1", 0);
        // All of the load comes from one address, and each post that waits has a connection.
        settings = settings.withEnvironment("gateway-1", "BITS_GATEWAY_MAX_CONNECTIONS_PER_ADDRESS", "10000");
        for (String name : ALL) {
            // Compiled to be fast, and not to be there soon.
            settings = settings.withJvmOptions(name, "-XX:TieredStopAtLevel=4");
        }
        try (Hosted hosted = Hosted.start(settings)) {
            HostedBench bench =
                    new HostedBench(hosted, folder, Arrays.asList(args).contains("--quick"));
            bench.measureLatency();
            bench.measureRecovery();
        }
        System.exit(0);
    }

    private void measureLatency() throws Exception {
        try (RawPeer ann = new RawPeer("ann");
                RawPeer bob = new RawPeer("bob")) {
            ann.awaitStarted();
            bob.awaitStarted();
            Author author = hosted.author(hosted.firstAddress());
            Arrivals arrivals = new Arrivals(author);
            post(author, arrivals);
            transact(ann, bob);
            length = round; // those before were for the compilers
            List<long[]> posts = new ArrayList<>();
            List<long[]> transactions = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                posts.add(post(author, arrivals));
                transactions.add(transact(ann, bob));
            }
            arrivals.close();
            OUT.printf(
                    "%nat %d a second, %d rounds of %d s in turn, the median of them (and each)%n",
                    RATE, rounds, round.toSeconds());
            OUT.printf("%-58s %-26s %s%n", "", "p50 ms", "p99 ms");
            print("POST at the gateway to event, on each view node", posts);
            print("transact at one peer to the feed of another", transactions);
        }
    }

    /** Posts as planned, whether earlier ones were answered or not. */
    private long[] post(Author author, Arrivals arrivals) throws InterruptedException {
        arrivals.seen.clear();
        int count = (int) (length.toSeconds() * RATE);
        List<CompletableFuture<Author.Answer>> answers = new ArrayList<>();
        Map<String, Long> due = new HashMap<>();
        String name = "bench-" + System.nanoTime();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long dueAt = start + TimeUnit.SECONDS.toNanos(i) / RATE;
            for (long wait = dueAt - System.nanoTime(); wait > 0; wait = dueAt - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            due.put(name + "#" + i, dueAt);
            answers.add(author.publishAsync(name + "#" + i, ""));
        }
        long failed =
                answers.stream().filter(answer -> answer.join().status() != 200).count();
        TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
        long[] latencies = arrivals.seen.entrySet().stream()
                .filter(arrival -> due.containsKey(arrival.getKey().text()))
                .mapToLong(
                        arrival -> arrival.getValue() - due.get(arrival.getKey().text()))
                .sorted()
                .toArray();
        if (failed > 0 || latencies.length < Hosted.VIEWS.size() * count) {
            OUT.printf(
                    "of %d posts %d failed; %d of %d arrivals%n",
                    count, failed, latencies.length, Hosted.VIEWS.size() * count);
        }
        return latencies;
    }

    private long[] transact(RawPeer from, RawPeer to) throws Exception {
        long began = System.nanoTime();
        from.tell("rate " + RATE);
        from.tell("window 1000");
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
        from.tell("window 0");
        TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
        Map<String, Long> submitted = new HashMap<>();
        for (String[] words : from.lines()) {
            if (words[0].equals("submitted") && Long.parseLong(words[1]) > began) {
                submitted.put(from.name + "/" + words[2], Long.parseLong(words[1]));
            }
        }
        return to.lines().stream()
                .filter(words -> words[0].equals("delivered") && submitted.containsKey(words[3]))
                .mapToLong(words -> Long.parseLong(words[1]) - submitted.get(words[3]))
                .sorted()
                .toArray();
    }

    private void measureRecovery() throws Exception {
        Author author = hosted.author(hosted.firstAddress());
        List<StreamReader> readers = hosted.readers(KILL_READERS, hosted.firstAddress(), author);
        Load load = Load.start(author, 8, RATE);
        TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
        String active = hosted.activeTransactor();
        long killed = System.nanoTime();
        hosted.process(active).kill();
        long after = killed + TimeUnit.MILLISECONDS.toNanos(100);
        await(() -> load.firstAcceptedAfter(after).isPresent());
        OUT.printf(
                "%n%-58s %.1f s%n",
                "transactor killed: until a post is accepted again",
                (load.firstAcceptedAfter(after).orElseThrow() - killed) / 1e9);
        hosted.awaitWhole();
        hosted.cluster().suspendRestarts("view-1");
        int affected = hosted.streams("view-1");
        long gone = System.nanoTime();
        hosted.process("view-1").kill();
        await(() -> readers.stream().filter(reader -> reader.reconnects() > 0).count() >= affected);
        long back = readers.stream()
                .flatMap(reader -> reader.begun().stream())
                .mapToLong(StreamReader.Connection::beganAt)
                .max()
                .orElseThrow();
        OUT.printf(
                "%-58s %.1f s%n",
                "view node killed: until its %d of %d streams go on".formatted(affected, KILL_READERS),
                (back - gone) / 1e9);
        List<Load.Post> posts = load.stop();
        hosted.cluster().resumeRestarts("view-1");
        hosted.awaitWhole();
        List<String> violations = Ledger.violations(posts, hosted.stored(author));
        hosted.assertConverged(author, readers);
        OUT.printf(
                "%d posts, %d never submitted, lost or twice: %s%n",
                posts.size(),
                posts.stream().filter(Load.Post::isLeft).count(),
                violations.isEmpty() ? "none" : violations.toString());
        readers.forEach(StreamReader::close);
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

    private static void print(String what, List<long[]> rounds) {
        OUT.printf("%-58s %-26s %s%n", what, quantiles(rounds, 0.5), quantiles(rounds, 0.99));
    }

    private static String quantiles(List<long[]> rounds, double quantile) {
        double[] millis = rounds.stream()
                .mapToDouble(sorted ->
                        sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(quantile * sorted.length) - 1] / 1e6)
                .toArray();
        double[] sorted = Arrays.stream(millis).sorted().toArray();
        return "%.1f (%s)"
                .formatted(
                        sorted[sorted.length / 2],
                        String.join(
                                ", ",
                                Arrays.stream(millis)
                                        .mapToObj("%.1f"::formatted)
                                        .toList()));
    }

    /** When each post came to a reader of each view node, through the gateway. */
    private final class Arrivals implements AutoCloseable {

        private static final Pattern TEXT = Pattern.compile("bench-[0-9]+#[0-9]+");

        private record Arrival(int reader, String text) {}

        private final Map<Arrival, Long> seen = new ConcurrentHashMap<>();
        private final List<StreamReader> readers = new ArrayList<>();

        Arrivals(Author author) throws IOException, InterruptedException {
            for (int i = 0; i < Hosted.VIEWS.size(); i++) {
                int reader = i;
                readers.add(StreamReader.open(
                        hosted.firstAddress(), author.stream() + "?format=json", event -> take(reader, event)));
                await(() -> !readers.get(reader).begun().isEmpty());
            }
            for (String view : Hosted.VIEWS) {
                if (hosted.streams(view) != 1) {
                    throw new IllegalStateException("%s has %d streams, not 1".formatted(view, hosted.streams(view)));
                }
            }
        }

        private void take(int reader, Event event) {
            long now = System.nanoTime();
            Matcher text = TEXT.matcher(event.data());
            while (text.find()) {
                seen.putIfAbsent(new Arrival(reader, text.group()), now);
            }
        }

        @Override
        public void close() {
            readers.forEach(StreamReader::close);
        }
    }

    /** A program that is a peer and nothing else, with a database of its own; told what to do by a file. */
    private final class RawPeer implements AutoCloseable {

        private final String name;
        private final Path events;
        private final Path control;
        private final JavaProcess process;

        RawPeer(String name) throws IOException {
            this.name = name;
            this.events = folder.resolve(name + ".events");
            this.control = folder.resolve(name + ".control");
            this.process = JavaProcess.named(name)
                    .mainClass(System.getProperty("java.class.path"), LOAD_CLIENT)
                    .heap("512m")
                    .jvmOptions("-XX:+UseSerialGC")
                    .environment(
                            "BITS_DATOMIC_URI",
                            hosted.cluster().datomicUri().replaceFirst("^datomic:sql://[^?]*", "datomic:sql://bench"))
                    .logFile(folder.resolve(name + ".log"))
                    .arguments(name, events.toString(), control.toString(), "plain", "1")
                    .start();
        }

        void awaitStarted() throws InterruptedException {
            await(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException(name + " has ended:\n" + process.log());
                }
                return lines().stream().anyMatch(words -> words[0].equals("started"));
            });
        }

        void tell(String command) throws IOException {
            Files.writeString(control, command + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        /** Whole lines, each as its words. */
        List<String[]> lines() {
            try {
                String text = Files.exists(events) ? Files.readString(events) : "";
                return text.substring(0, text.lastIndexOf('\n') + 1)
                        .lines()
                        .map(line -> line.split(" "))
                        .toList();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            process.close();
        }
    }
}

package page.bits.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Measures what thousands of streams of one view cost a server, and how soon a change is with the last of them. What is
 * delivered is verified: every change to every reader, in order.
 *
 * <p>The readers and those who publish are this process, the server is another; their processor times are told apart.
 */
final class ViewsBench {

    private static final String USAGE = """
            ./bits bench views [--quick] [--streams N] [--rate R] [--seconds S] [--warmup S] [--rounds N]

            Starts Bits in memory, opens streams of alice's posts, publishes posts, and prints: whether every stream got every
            post, the server's processor time for each event delivered, how long a post takes to a reader and to the last of
            all readers, and what a stream takes of the server's heap and of the kernel. With 5,000 streams and 10 posts a
            second, and with 1,000 streams and 100 posts a second, in turn. It takes some five minutes and wants the machine
            for itself.

              --quick         one short round; the processor time is that of a server that is not quite warm
              --streams N     with so many streams (5000), and not the others
              --rate R        with so many posts a second (10), and not the others
              --seconds S     how long a round publishes (20)
              --warmup S      how long posts are published before the first round, not counted (30)
              --rounds N      how many rounds (3); the medians of their figures are told, and each

            BITS_JAVA_OPTS    options for the server's JVM, after -Xmx512m

            Fails when a post is refused, or a stream lacks one in the end. Each stream is an open file, of the server and of the readers:
            ulimit -Hn has to allow that many.
            """;

    private static final PrintStream OUT = System.out;
    private static final String HEAP = "-Xmx512m";
    private static final String PATH = "/views/posts/alice";
    private static final int MOST_STREAMS = 20_000;

    /** Open files of a server that are no streams: jars, libraries, its log. */
    private static final int OTHER_FILES = 300;

    private static final int READER_THREADS = 2;
    private static final int WINDOW = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Cell(int streams, int rate) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%,d streams, %d posts a second", streams, rate);
        }
    }

    /**
     * One round of a cell. Processor times are in seconds.
     *
     * @param refused posts that the server did not take
     * @param serverAlone what as many posts cost the server when nobody reads
     * @param busiestReader of one thread of the readers, which is to be far from {@code wall}
     * @param others of the machine besides
     * @param bytes that came to all readers
     */
    private record Run(
            Deliveries deliveries,
            long refused,
            double wall,
            double server,
            double serverAlone,
            double load,
            double busiestReader,
            double others,
            long bytes) {

        double microsPerEvent() {
            return server * 1e6 / deliveries.events();
        }

        double microsPerEventOfThePosts() {
            return serverAlone * 1e6 / deliveries.events();
        }
    }

    /** What one stream takes, in bytes. */
    private record Memory(double heap, OptionalLong kernel) {}

    private final Standalone server;
    private final Changes changes;
    private final int seconds;
    private final int warmup;

    private ViewsBench(Standalone server, Changes changes, int seconds, int warmup) {
        this.server = server;
        this.changes = changes;
        this.seconds = seconds;
        this.warmup = warmup;
    }

    public static void main(String[] args) throws InterruptedException {
        Program.run("views", USAGE, args, ViewsBench::run);
    }

    private static boolean run(String[] args) throws IOException, InterruptedException {
        Arguments arguments = new Arguments(
                "views", args, List.of("--streams", "--rate", "--seconds", "--warmup", "--rounds"), List.of("--quick"));
        boolean quick = arguments.has("--quick");
        int seconds = arguments.number("--seconds", quick ? 10 : 20, 1, 3600);
        int warmup = arguments.number("--warmup", quick ? 10 : 30, 0, 3600);
        int rounds = arguments.number("--rounds", quick ? 1 : 3, 1, 100);
        List<Cell> cells = cells(arguments);
        requireOpenFiles(cells.stream().mapToInt(Cell::streams).max().orElseThrow());
        try (Standalone server = new Standalone(HEAP)) {
            Changes changes = new Changes(server.resolve("/actions/publish-post"), "alice", server.demoToken("alice"));
            return new ViewsBench(server, changes, seconds, warmup).measure(cells, rounds);
        }
    }

    private static List<Cell> cells(Arguments arguments) {
        if (arguments.has("--streams") || arguments.has("--rate")) {
            return List.of(new Cell(
                    arguments.number("--streams", 5_000, 1, MOST_STREAMS), arguments.number("--rate", 10, 1, 10_000)));
        }
        return List.of(new Cell(5_000, 10), new Cell(1_000, 100));
    }

    private static void requireOpenFiles(int streams) throws IOException {
        OptionalLong allowed = Machine.openFiles();
        int needed = streams + OTHER_FILES;
        if (allowed.isPresent() && allowed.getAsLong() < needed) {
            throw new IOException(
                    "%,d streams need %,d open files in one process, and ulimit -Hn allows %,d: raise it, or take --streams %d"
                            .formatted(
                                    streams,
                                    needed,
                                    allowed.getAsLong(),
                                    Math.max(1, allowed.getAsLong() - OTHER_FILES)));
        }
    }

    private boolean measure(List<Cell> cells, int rounds) throws IOException, InterruptedException {
        // So that from now on each post pushes another out of the window.
        changes.publish(WINDOW, WINDOW);
        Map<Cell, List<Run>> runs = new LinkedHashMap<>();
        Map<Cell, Memory> memory = new LinkedHashMap<>();
        for (Cell cell : cells) {
            OUT.printf("warming up: %s%n", cell);
            try (Readers readers = open(cell)) {
                readers.forgetArrivals();
                changes.publish(warmup * cell.rate(), cell.rate());
            }
            server.awaitNoStreams();
            memory.put(cell, memory(cell));
            runs.put(cell, new ArrayList<>());
        }
        for (int round = 1; round <= rounds; round++) {
            for (Cell cell : cells) {
                OUT.printf("round %d of %d: %s%n", round, rounds, cell);
                runs.get(cell).add(run(cell));
            }
        }
        runs.forEach((cell, ofCell) -> report(cell, ofCell, memory.get(cell)));
        return runs.values().stream()
                .flatMap(List::stream)
                .allMatch(run -> run.refused() == 0 && run.deliveries().areComplete());
    }

    private Readers open(Cell cell) throws IOException, InterruptedException {
        int expected = cell.streams() * cell.rate() * Math.max(seconds, warmup);
        Readers readers = new Readers(server.address(), cell.streams(), READER_THREADS, expected);
        try {
            readers.request(PATH, Optional.empty());
            readers.awaitFirstEvents(PATIENCE);
        } catch (IOException e) {
            readers.close();
            throw e;
        }
        return readers;
    }

    /** Of streams that wait for something to happen. Each connection is two sockets of this machine. */
    private Memory memory(Cell cell) throws IOException, InterruptedException {
        long heap = server.liveHeapBytes();
        OptionalLong kernel = Machine.kernelBytes();
        Readers readers = open(cell);
        try {
            OptionalLong with = Machine.kernelBytes();
            return new Memory(
                    (double) (server.liveHeapBytes() - heap) / cell.streams(),
                    kernel.isEmpty() || with.isEmpty()
                            ? OptionalLong.empty()
                            : OptionalLong.of((with.getAsLong() - kernel.getAsLong()) / (2L * cell.streams())));
        } finally {
            readers.close();
            server.awaitNoStreams();
        }
    }

    private Run run(Cell cell) throws IOException, InterruptedException {
        int posts = seconds * cell.rate();
        double alone = server.cpuSeconds();
        changes.publish(posts, cell.rate());
        alone = server.cpuSeconds() - alone;
        Run run;
        try (Readers readers = open(cell)) {
            readers.forgetArrivals();
            long bytes = readers.bytes();
            double[] threads = readerSeconds(readers);
            double load = ownSeconds();
            double busy = Machine.busySeconds();
            double used = server.cpuSeconds();
            long began = System.nanoTime();
            Changes.Published published = changes.publish(posts, cell.rate());
            List<Changes.Change> accepted = published.accepted();
            if (accepted.isEmpty()) {
                throw new IOException("the server took no post");
            }
            readers.awaitVersion(accepted.get(accepted.size() - 1).t(), PATIENCE);
            double wall = (System.nanoTime() - began) / 1e9;
            used = server.cpuSeconds() - used;
            load = ownSeconds() - load;
            busy = Machine.busySeconds() - busy;
            double[] threadsAfter = readerSeconds(readers);
            double busiest = 0;
            for (int i = 0; i < threads.length; i++) {
                busiest = Math.max(busiest, threadsAfter[i] - threads[i]);
            }
            run = new Run(
                    Deliveries.of(accepted, readers.arrivals(), cell.streams()),
                    published.refused(),
                    wall,
                    used,
                    alone,
                    load,
                    busiest,
                    Math.max(0, busy - used - load),
                    readers.bytes() - bytes);
        }
        server.awaitNoStreams();
        return run;
    }

    private static double[] readerSeconds(Readers readers) {
        return Arrays.stream(readers.threadTimes())
                .mapToDouble(time -> time / 1e9)
                .toArray();
    }

    private static double ownSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    private static void report(Cell cell, List<Run> runs, Memory memory) {
        OUT.printf("%n%s%n", cell);
        for (Run run : runs) {
            Deliveries deliveries = run.deliveries();
            OUT.printf(
                    Locale.ROOT,
                    "  delivered       %,d events of %,d (%.1f %% conflated), %,d changes missing, %,d events backwards; %,d posts refused%n",
                    deliveries.events(),
                    deliveries.wanted(),
                    100.0 - 100.0 * deliveries.events() / deliveries.wanted(),
                    deliveries.missing(),
                    deliveries.backwards(),
                    run.refused());
        }
        print(
                "event",
                "%.0f",
                "bytes on the wire",
                runs,
                run -> (double) run.bytes() / run.deliveries().events());
        print("server CPU", "%.2f", "µs an event", runs, Run::microsPerEvent);
        print(
                "  of the posts",
                "%.2f",
                "µs an event: what they cost when nobody reads",
                runs,
                Run::microsPerEventOfThePosts);
        print("cores busy", "%.2f", "by the server", runs, run -> run.server() / run.wall());
        print("", "%.2f", "by the readers", runs, run -> run.load() / run.wall());
        print("", "%.2f", "by the busier thread of theirs", runs, run -> run.busiestReader() / run.wall());
        print("", "%.2f", "by anything else", runs, run -> run.others() / run.wall());
        printTimes("to a reader", runs, Deliveries::toReader);
        printTimes("to the last", runs, Deliveries::toLast);
        OUT.printf(Locale.ROOT, "  an idle stream  %.1f KiB of the server's heap%n", memory.heap() / 1024);
        memory.kernel()
                .ifPresent(bytes -> OUT.printf(
                        Locale.ROOT, "                  %.1f KiB of the kernel for a socket%n", bytes / 1024.0));
    }

    private static void printTimes(String label, List<Run> runs, Function<Deliveries, long[]> times) {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("p50", 0.5);
        parts.put("p99", 0.99);
        parts.put("max", 1.0);
        parts.forEach((name, part) -> print(
                label + " " + name, "%.1f", "ms", runs, run -> Numbers.millis(times.apply(run.deliveries()), part)));
    }

    private static void print(String label, String format, String unit, List<Run> runs, ToDoubleFunction<Run> figure) {
        OUT.printf("  %-15s %-24s %s%n", label, Numbers.summary(runs, format, figure), unit);
    }
}

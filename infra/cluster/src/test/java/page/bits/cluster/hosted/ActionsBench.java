package page.bits.cluster.hosted;

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
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import page.bits.cluster.ClusterSettings;
import page.bits.cluster.JavaProcess;

/**
 * Measures how many actions one node does in a second, and how long each takes, beside what the database alone takes of the
 * same transactions from one peer; and where the processor's time goes meanwhile. Also whether it does fewer, or slower, while
 * many others are refused because they are too many. {@code ./bits bench actions} runs it.
 *
 * <p>Both ways have a number of actions in flight all the time, and each a database of its own, with the same transactor: so
 * neither pays for what the other's peer is told. Only one of them does anything at a time.
 */
final class ActionsBench {

    /** What all actions are. */
    static final String ACTION = "publish-post";

    private static final PrintStream OUT = System.out;
    private static final Duration RAMP = Duration.ofSeconds(2);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final int WARM_IN_FLIGHT = 500;
    private static final Duration LONGEST_WARM = Duration.ofMinutes(2);
    private static final String PEER = "peer";
    private static final String GATEWAY = "gateway";
    private static final String LOAD = "load";

    /** The peer of the action node or of the bare program, which is its own load. */
    private static final List<String> COLUMNS = List.of(PEER, "transactor", "postgres", GATEWAY, LOAD, Cpu.OTHERS);

    /** What the node takes on at once. */
    private static final int ADMITTED = 500;

    private static final int TOO_MANY = 3_000;

    /** All of the load comes from one address. The node takes on just as many as the other cells have in flight. */
    private static final Map<String, String> LIMITS = Map.of(
            "BITS_GATEWAY_MAX_CONNECTIONS_PER_ADDRESS", "10000",
            "BITS_ACTION_MAX_IN_FLIGHT", Integer.toString(ADMITTED),
            "BITS_ACTION_MAX_WAITING", "0");

    private record Cell(String name, ActionsLoad.Way way, int inFlight) {}

    private static final List<Cell> CELLS = List.of(
            new Cell("100 in flight", ActionsLoad.Way.PLAIN, 100),
            new Cell("500 in flight", ActionsLoad.Way.PLAIN, 500),
            new Cell("500, each with an Idempotency-Key", ActionsLoad.Way.KEYED, 500),
            new Cell("500, by the gateway", ActionsLoad.Way.GATEWAY, 500));

    private static final Cell CROWDED =
            new Cell("500 in flight, and 3,000 too many", ActionsLoad.Way.PLAIN, ADMITTED + TOO_MANY);

    private record Run(Tally.Measured measured, Cpu cpu) {

        double perSecond() {
            return measured.perSecond();
        }

        double microsEach() {
            return cpu.known() * 1e6 / perSecond();
        }
    }

    private final Hosted hosted;
    private final LoadProcess http;
    private final LoadProcess raw;
    private final Map<String, Long> httpProcesses;
    private final Map<String, Long> rawProcesses;
    private final int rounds;
    private final int warm;
    private final Duration length;

    private ActionsBench(Hosted hosted, LoadProcess http, LoadProcess raw, boolean quick) {
        this.hosted = hosted;
        this.http = http;
        this.raw = raw;
        this.httpProcesses = new LinkedHashMap<>();
        this.rawProcesses = new LinkedHashMap<>();
        this.rounds = quick ? 2 : 5;
        this.warm = quick ? 20_000 : 60_000;
        this.length = Duration.ofSeconds(quick ? 4 : 8);
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("bits-bench-");
        OUT.printf("All files are in %s%n%n", folder);
        try (Hosted hosted = Hosted.start(settings(folder.resolve("cluster")))) {
            String active = hosted.activeTransactor();
            for (String unneeded :
                    List.of("view-1", "presence-1", active.equals("standby") ? "transactor" : "standby")) {
                hosted.cluster().suspendRestarts(unneeded);
                hosted.process(unneeded).close();
            }
            String uri = hosted.cluster().datomicUri();
            String bareUri = uri.replaceFirst("^datomic:sql://[^?]*", "datomic:sql://bench");
            JavaProcess node = hosted.process("action-1");
            URI address = URI.create("http://127.0.0.1:" + hosted.cluster().port("action-1"));
            try (LoadProcess http = LoadProcess.http(
                            folder, address, hosted.firstAddress().get(0));
                    LoadProcess raw = LoadProcess.raw(folder, LoadProcess.optionsOf(node.pid()), bareUri)) {
                ActionsBench bench =
                        new ActionsBench(hosted, http, raw, Arrays.asList(args).contains("--quick"));
                bench.watch(active);
                bench.measure();
                bench.compare(uri, bareUri);
            }
        }
        System.exit(0);
    }

    private static ClusterSettings settings(Path folder) {
        ClusterSettings settings =
                ClusterSettings.in(folder).withActions(1).withViews(1).withPresences(1);
        for (String name : List.of("transactor", "standby", "action-1", "gateway-1")) {
            // Compiled to be fast, and not to be there soon; but what the caller says wins.
            settings = settings.withJvmOptions(name, "-XX:TieredStopAtLevel=4");
        }
        // What a node has that does nothing else; the bare peer has the same.
        settings = settings.withJvmOptions("action-1", "-Xmx1g");
        for (String name : List.of("action-1", "gateway-1")) {
            for (Map.Entry<String, String> limit : LIMITS.entrySet()) {
                settings = settings.withEnvironment(name, limit.getKey(), limit.getValue());
            }
        }
        return settings.withJvmOptions("action-1", given("BITS_JAVA_OPTS"))
                .withJvmOptions("gateway-1", given("BITS_GATEWAY_JAVA_OPTS"))
                .withJvmOptions("transactor", given("BITS_TRANSACTOR_JAVA_OPTS"))
                .withJvmOptions("standby", given("BITS_TRANSACTOR_JAVA_OPTS"));
    }

    private static String[] given(String variable) {
        String options = System.getenv().getOrDefault(variable, "").strip();
        return options.isEmpty() ? new String[0] : options.split("\\s+");
    }

    /** Names the processes whose processor time is to be told, in the order of the table's columns. */
    private void watch(String transactor) {
        long postgres = hosted.cluster().postgres().orElseThrow().pid();
        httpProcesses.put(PEER, hosted.process("action-1").pid());
        rawProcesses.put(PEER, raw.pid());
        for (Map<String, Long> processes : List.of(httpProcesses, rawProcesses)) {
            processes.put("transactor", hosted.process(transactor).pid());
            processes.put("postgres", postgres);
        }
        httpProcesses.put(GATEWAY, hosted.process("gateway-1").pid());
        httpProcesses.put(LOAD, http.pid());
    }

    private void measure() throws Exception {
        for (ActionsLoad.Way way : ActionsLoad.Way.values()) {
            warm(http, way);
            warm(raw, way);
        }
        OUT.printf(
                """

                Posts to %d pages in turn; medians of %d runs of %d s each, both ways in turn.
                Then cores (of %d) that were busy, and processor time of all processes but others for each action.

                """,
                ActionsLoad.CREATORS,
                rounds,
                length.toSeconds(),
                Runtime.getRuntime().availableProcessors());
        OUT.printf("%-34s %9s %7s %7s  ", "", "a second", "p50 ms", "p99 ms");
        COLUMNS.forEach(column -> OUT.printf(" %10s", column));
        OUT.printf(" %9s%n", "µs each");
        for (Cell cell : CELLS) {
            measure(cell);
        }
        measureCrowded();
    }

    /** By a number of actions, since that is what the compilers go by; a crowded machine takes longer for them. */
    private void warm(LoadProcess load, ActionsLoad.Way way) throws Exception {
        long wanted = load.accepted() + warm;
        long deadline = System.nanoTime() + LONGEST_WARM.toNanos();
        load.begin(way, WARM_IN_FLIGHT);
        while (load.accepted() < wanted && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
        load.end();
        if (load.accepted() < wanted) {
            OUT.printf(
                    "too slow to be warm: of %,d actions (%s) %,d are missing%n", warm, way, wanted - load.accepted());
        }
    }

    private void measure(Cell cell) throws Exception {
        List<Run> actions = new ArrayList<>();
        List<Run> transactions = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            actions.add(run(http, httpProcesses, cell, length));
            transactions.add(run(raw, rawProcesses, cell, length));
        }
        OUT.println(cell.name());
        print("  POST /actions/" + ACTION, actions);
        print("  transactAsync of one peer", transactions);
        printRatio(actions, transactions);
    }

    private void printRatio(List<Run> runs, List<Run> others) {
        OUT.printf(
                "%-34s %9.2f  (%s)%n",
                "  ratio of the medians",
                median(runs, Run::perSecond) / median(others, Run::perSecond),
                IntStream.range(0, rounds)
                        .mapToObj(i -> "%.2f"
                                .formatted(
                                        runs.get(i).perSecond() / others.get(i).perSecond()))
                        .collect(Collectors.joining(", ")));
    }

    /** Whether those that are too many, and come back whenever Retry-After says, slow those down that are taken on. */
    private void measureCrowded() throws Exception {
        Cell calm = new Cell("as many as it takes on", ActionsLoad.Way.PLAIN, ADMITTED);
        List<Run> alone = new ArrayList<>();
        List<Run> crowded = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            alone.add(run(http, httpProcesses, calm, length));
            crowded.add(run(http, httpProcesses, CROWDED, length));
        }
        OUT.println(CROWDED.name());
        print("  POST, without the others", alone);
        print("  POST, with them", crowded);
        OUT.printf(
                "%-34s %,9.0f %7.1f %7.1f%n",
                "  503, to the others",
                median(crowded, run -> run.measured().refusedPerSecond()),
                median(crowded, run -> run.measured().refused().p50() / 1e6),
                median(crowded, run -> run.measured().refused().p99() / 1e6));
        printRatio(crowded, alone);
    }

    private Run run(LoadProcess load, Map<String, Long> processes, Cell cell, Duration duration) throws Exception {
        load.begin(cell.way(), cell.inFlight());
        TimeUnit.NANOSECONDS.sleep(RAMP.toNanos());
        Cpu.Watch watch = Cpu.watch(processes);
        load.measure();
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        Cpu cpu = watch.stop();
        Run run = new Run(load.end(), cpu);
        if (cell.inFlight() <= ADMITTED && run.measured().refused().count() > 0) {
            throw new IllegalStateException("refused, though it takes on as many: " + run);
        }
        // What follows an answer, such as the node's feed, is not to be the next run's.
        TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
        return run;
    }

    private static void print(String what, List<Run> runs) {
        OUT.printf(
                "%-34s %,9.0f %7.1f %7.1f  ",
                what,
                median(runs, Run::perSecond),
                median(runs, run -> run.measured().accepted().p50() / 1e6),
                median(runs, run -> run.measured().accepted().p99() / 1e6));
        for (String column : COLUMNS) {
            double cores = median(runs, run -> run.cpu().cores().getOrDefault(column, Double.NaN));
            OUT.printf(" %10s", Double.isNaN(cores) ? "" : "%.2f".formatted(cores));
        }
        OUT.printf(" %,9.0f%n", median(runs, Run::microsEach));
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** @throws IllegalStateException where not all is stored that was accepted, or not the same of both */
    private void compare(String uri, String bareUri) throws Exception {
        Map<String, Long> actions = StoredActions.count(uri);
        Map<String, Long> transactions = StoredActions.count(bareUri);
        OUT.printf("%n");
        check("actions", http.accepted(), actions);
        check("transactions", raw.accepted(), transactions);
        if (!actions.keySet().equals(transactions.keySet())) {
            throw new IllegalStateException(
                    "not the same transactions:%n%s%n%s".formatted(actions.keySet(), transactions.keySet()));
        }
        OUT.printf("in each transaction, of both: %s%n", String.join("; or ", actions.keySet()));
    }

    private static void check(String what, long accepted, Map<String, Long> stored) {
        long all = stored.values().stream().mapToLong(Long::longValue).sum();
        OUT.printf("%,d %s were accepted, and %,d are stored%n", accepted, what, all);
        if (accepted != all) {
            throw new IllegalStateException("not all is stored that was accepted, or more");
        }
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * The hosted shape of Bits on one machine, each process a JVM of its own: gateways in front of several instances of
 * action-service, view-service and presence-service, a transactor and a standby, and a PostgreSQL. All listen on loopback but
 * for the gateways, and each is started again when it ends.
 *
 * <p>The processes are called {@code transactor}, {@code standby}, {@code action-1}, {@code view-1}, {@code presence-1},
 * {@code gateway-1} and so on, and {@code postgres} where it is our own. Which of the two transactors is the active one, they find out by themselves.
 *
 * <p>May be used by several threads.
 */
public final class Cluster implements AutoCloseable {

    /**
     * A peer refuses a heap of which its cache (half of it by default) and the part of the database that is not indexed yet (as
     * much as the transactor lets it grow) would take more than three quarters. Of an action node's two databases it counts
     * one: that of presence stays small, since what is written there is merged as soon as it is a quarter of that.
     */
    private static final String[] PEER_MEMORY = {"-Ddatomic.objectCacheMax=48m", "-Ddatomic.memoryIndexMax=128m"};

    private static final Duration POLL = Duration.ofMillis(100);

    private final ClusterSettings settings;
    private final DataFolder folder;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Supervised> nodes = new LinkedHashMap<>();
    private final CompletableFuture<Refusal> failed = new CompletableFuture<>();
    private final ScheduledExecutorService postgresSupervisor = Supervisor.start();
    private volatile Storage storage;
    private final AtomicBoolean closing = new AtomicBoolean();

    private Cluster(ClusterSettings settings, DataFolder folder) {
        this.settings = settings;
        this.folder = folder;
    }

    /**
     * Returns when PostgreSQL takes connections, and all others are being started.
     *
     * @throws Refusal when something is in the way, such as a port in use; nothing was started then
     */
    public static Cluster start(ClusterSettings settings)
            throws Refusal, IOException, SQLException, InterruptedException {
        for (String kind : List.of("transactor", "action", "view", "presence", "gateway")) {
            jar(kind);
        }
        Cluster cluster = new Cluster(settings, DataFolder.take(settings.folder()));
        try {
            cluster.folder.leftovers().end();
            cluster.choosePorts();
            cluster.startAll();
            return cluster;
        } catch (Refusal | IOException | SQLException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * Returns when every process is ready that restarts are not suspended of.
     *
     * @throws Refusal when one was given up, or not all are ready within {@code patience}
     */
    public void awaitReady(Duration patience) throws Refusal, InterruptedException {
        Instant deadline = Instant.now().plus(patience);
        while (!awaited().isEmpty()) {
            if (failed.isDone()) {
                throw failed.join();
            }
            if (Instant.now().isAfter(deadline)) {
                throw new Refusal("after %d s, these are not ready: %s; logs are in %s"
                        .formatted(patience.toSeconds(), String.join(", ", awaited()), logs()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** The names of those that are not ready yet, or again. */
    List<String> awaited() {
        return nodes.values().stream()
                .filter(node -> !node.isReady() && !node.isSuspended())
                .map(Supervised::name)
                .toList();
    }

    /** Completes when the cluster can't do without what has ended for good: all is to be closed then. */
    CompletableFuture<Refusal> whenFailed() {
        return failed;
    }

    /** The process that has the name now, or had it last: to be killed, stopped and paused. Not for {@code postgres}. */
    public JavaProcess process(String name) {
        return node(name).process().orElseThrow(() -> new IllegalStateException(name + " has not been started yet"));
    }

    /** The PostgreSQL, where it is our own. */
    public Optional<LocalPostgres> postgres() {
        return storage.own();
    }

    /** The port that the process listens on for HTTP; the same at each start of it. */
    public int port(String name) {
        node(name);
        return ports.get(name);
    }

    /** Where a gateway is reached from this machine; they are counted from 1. */
    public URI address(int gateway) throws IOException {
        String host = Health.reachable(settings.host());
        return URI.create(
                "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port("gateway-" + gateway)));
    }

    /** All that the process has written since the cluster was started, over all its starts. */
    public String log(String name) throws IOException {
        Optional<Path> log = node(name).log();
        return log.isPresent() ? Files.readString(log.get()) : "";
    }

    /** Once the process has ended, it stays down until {@link #resumeRestarts}. */
    public void suspendRestarts(String name) {
        node(name).suspend();
    }

    /** Starts the process if it is down by now, and whenever it has ended from now on. */
    public void resumeRestarts(String name) {
        node(name).resume();
    }

    /** With the password in it. */
    public String jdbcUrl() {
        return storage.url();
    }

    /** What peers connect by; with the password of PostgreSQL in it. */
    public String datomicUri() {
        return NewHistory.datomicUri(storage.url());
    }

    /** What action-service takes for a token of a machine. */
    public String serviceToken() throws IOException {
        return given("BITS_AUTH_SERVICE_TOKEN", folder.serviceToken());
    }

    Path logs() {
        return folder.path().resolve("logs");
    }

    /** Stops all in good order, in parallel where none needs the other; returns when nothing is left. */
    @Override
    public void close() throws IOException {
        if (closing.getAndSet(true)) {
            return;
        }
        // On a thread of its own: what interrupts the caller, such as Ctrl-C while it started, must not cut the end
        // short.
        try {
            CompletableFuture.runAsync(this::closeAll, task -> new Thread(task, "bits-close").start())
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException io ? io.getCause() : new IOException(e.getCause());
        }
    }

    private void closeAll() {
        Supervisor.stop(postgresSupervisor);
        nodes.values().forEach(Supervised::endSupervision);
        for (List<String> tier : List.of(
                List.of("gateway"),
                List.of("view", "presence"),
                List.of("action"), // by which a presence node has written that it ends
                List.of("standby"),
                List.of("transactor"))) {
            List<Supervised> members = nodes.values().stream()
                    .filter(node -> tier.stream().anyMatch(node.name()::startsWith))
                    .toList();
            members.forEach(Supervised::askToEnd);
            members.forEach(Supervised::close);
        }
        try (folder) {
            if (storage != null) {
                storage.close();
            }
            ClusterState.delete(folder.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void choosePorts() throws Refusal, IOException {
        for (String name : List.of("transactor", "standby")) {
            ports.put(name, Ports.kept(folder.port(name + "-health")));
        }
        for (String name : numbered("action", settings.actions())) {
            ports.put(name, Ports.kept(folder.port(name)));
        }
        for (String name : numbered("view", settings.views())) {
            ports.put(name, Ports.kept(folder.port(name)));
        }
        for (String name : numbered("presence", settings.presences())) {
            ports.put(name, Ports.kept(folder.port(name)));
        }
        int next = settings.firstPort();
        for (String name : numbered("gateway", settings.gateways())) {
            ports.put(name, next == 0 ? Ports.kept(folder.port(name)) : next++);
            Ports.refuseUnusable(settings.host(), ports.get(name), name);
        }
    }

    private void startAll() throws Refusal, IOException, SQLException, InterruptedException {
        Console.say("starting; logs are in %s", logs());
        for (String name : ports.keySet()) {
            nodes.put(name, supervised(name));
        }
        note();
        start("gateway"); // all that these need to know are ports
        storage = Storage.start(folder, settings.postgresUrl());
        storage.own().ifPresent(this::watch);
        note();
        start("transactor");
        start("standby");
        NewHistory history = new NewHistory(jar("action"), storage.url());
        if (history.isDue()) {
            awaitFirst(nodes.get("transactor").whenReady(), failed);
            if (failed.isDone()) {
                throw failed.join();
            }
            history.begin(failed);
        }
        start("action");
        start("view");
        start("presence");
    }

    private static void awaitFirst(CompletableFuture<?>... futures) throws InterruptedException {
        try {
            CompletableFuture.anyOf(futures).get();
        } catch (ExecutionException e) {
            // Who asked looks at each.
        }
    }

    private void start(String kind) {
        nodes.values().stream().filter(node -> node.name().startsWith(kind)).forEach(Supervised::start);
    }

    private void watch(LocalPostgres postgres) {
        SupervisedPostgres watched = new SupervisedPostgres(postgres, postgresSupervisor, logs(), this::note);
        watched.whenGivenUp().thenAccept(failed::complete);
        watched.watch();
    }

    private Supervised supervised(String name) {
        Supervised node = new Supervised(name, name, folder, Supervisor.start(), () -> recipe(name), this::note);
        node.whenGivenUp().thenAccept(why -> {
            boolean last = nodes.values().stream()
                    .filter(other -> kind(other.name()).equals(kind(name)))
                    .allMatch(other -> other.whenGivenUp().isDone());
            if (node.hasBeenReady() && !last) {
                // Its likes go on without it; status tells.
                Console.complain("%s; it stays down until the cluster is started again", why.getMessage());
            } else {
                failed.complete(why);
            }
        });
        return node;
    }

    private Supervised.Start recipe(String name) throws IOException {
        Supervised.Start start = kind(name).equals("transactor") ? transactor(name) : service(name);
        start.process()
                .jvmOptions(settings.jvmOptions().getOrDefault(name, List.of()).toArray(String[]::new));
        settings.environment().getOrDefault(name, Map.of()).forEach(start.process()::environment);
        return start;
    }

    private Supervised.Start transactor(String name) throws IOException {
        List<String> options = new ArrayList<>(Nodes.QUICK_START);
        options.addAll(List.of(Settings.words("BITS_TRANSACTOR_JAVA_OPTS")));
        return Nodes.transactor(
                name,
                jar("transactor"),
                storage.url(),
                ports.get(name),
                Ports.kept(folder.port(name)),
                "-Xmx512m",
                options.toArray(String[]::new));
    }

    private Supervised.Start service(String name) throws IOException {
        boolean isGateway = kind(name).equals("gateway");
        String host = isGateway ? settings.host() : Nodes.LOOPBACK;
        JavaProcess.Builder process = JavaProcess.named(name)
                .jar(jar(kind(name)))
                .heap(isGateway ? "64m" : "256m")
                .jvmOptions(Nodes.QUICK_START.toArray(String[]::new))
                .jvmOptions(isGateway ? new String[0] : PEER_MEMORY)
                .jvmOptions(Settings.words(isGateway ? "BITS_GATEWAY_JAVA_OPTS" : "BITS_JAVA_OPTS"))
                .environment("QUARKUS_HTTP_HOST", host)
                .environment("QUARKUS_HTTP_PORT", Integer.toString(ports.get(name)));
        if (!isGateway) {
            process.environment("BITS_DATOMIC_URI", datomicUri())
                    .environment("BITS_PROXIES", Nodes.LOOPBACK)
                    .environment("BITS_AUTH_GUEST_KEY", given("BITS_AUTH_GUEST_KEY", folder.guestKey()));
        }
        switch (kind(name)) {
            case "gateway" ->
                process.environment("BITS_GATEWAY_ACTIONS", addresses("action", settings.actions()))
                        .environment("BITS_GATEWAY_VIEWS", addresses("view", settings.views()))
                        .environment("BITS_GATEWAY_PRESENCE", addresses("presence", settings.presences()));
            case "action" ->
                process.environment("BITS_AUTH_GUESTS", "true")
                        .environment("BITS_AUTH_SERVICE_TOKEN", serviceToken())
                        .environment("BITS_DEMO", Boolean.toString(settings.demo()));
            case "presence" ->
                process.environment("BITS_AUTH_SERVICE_TOKEN", serviceToken())
                        .environment("BITS_PRESENCE_ACTIONS", addresses("action", settings.actions()));
            default -> {} // a view node is told no more than any peer
        }
        return new Supervised.Start(process, host, ports.get(name));
    }

    private String addresses(String kind, int number) {
        return String.join(
                ",",
                numbered(kind, number).stream()
                        .map(name -> Nodes.LOOPBACK + ":" + ports.get(name))
                        .toList());
    }

    /** Other commands read it; where it can't be written, only they suffer. */
    private synchronized void note() {
        if (closing.get()) {
            return;
        }
        List<ClusterState.Node> all = new ArrayList<>();
        Optional.ofNullable(storage)
                .flatMap(Storage::own)
                .ifPresent(postgres -> all.add(new ClusterState.Node(
                        ClusterState.POSTGRES, ProcessId.of(postgres.pid()), Nodes.LOOPBACK, postgres.port())));
        nodes.forEach((name, node) -> all.add(new ClusterState.Node(
                name,
                node.process().map(process -> ProcessId.of(process.pid())).orElse(ProcessId.NONE),
                kind(name).equals("gateway") ? settings.host() : Nodes.LOOPBACK,
                ports.get(name))));
        try {
            new ClusterState(ProcessId.of(ProcessHandle.current().pid()), all).write(folder.path());
        } catch (IOException e) {
            Console.complain("the state of the cluster could not be noted: %s", e.getMessage());
        }
    }

    private Supervised node(String name) {
        Supervised node = nodes.get(name);
        if (node == null) {
            throw new IllegalArgumentException(
                    "no process is called %s; there are %s".formatted(name, String.join(", ", nodes.keySet())));
        }
        return node;
    }

    private static List<String> numbered(String kind, int number) {
        return IntStream.rangeClosed(1, number).mapToObj(i -> kind + "-" + i).toList();
    }

    private static String kind(String name) {
        return name.equals("standby") ? "transactor" : name.replaceFirst("-.*", "");
    }

    private static String given(String variable, String otherwise) {
        return Settings.environment(variable).orElse(otherwise);
    }

    private static Path jar(String kind) throws IOException {
        String property = "bits." + kind + ".jar";
        String jar = System.getProperty(property);
        if (jar == null || !Files.isRegularFile(Path.of(jar))) {
            throw new IOException("%s has to name a jar, and is %s".formatted(property, jar));
        }
        return Path.of(jar);
    }
}

package page.bits.cluster.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import page.bits.cluster.JavaProcess;
import page.bits.cluster.LocalPostgres;

/**
 * A PostgreSQL, transactors and clients, each a process of its own, with all their files in one folder. Every process that
 * it started ends with it.
 */
final class Rig implements AutoCloseable {

    private static final Path TRANSACTOR = Path.of(System.getProperty("bits.transactor.jar", ""));
    private static final String STORAGE = "bits";

    private final Path folder;
    private final long seed;
    private final LocalPostgres postgres;
    private final PostgresProxy proxy;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> jvmOptions = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    private final List<JavaProcess> processes = Collections.synchronizedList(new ArrayList<>());
    private int transactors;
    private int freshPeers;

    /** @param folder that is new */
    Rig(Path folder, long seed) throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        this.seed = seed;
        this.postgres = LocalPostgres.start(folder.resolve("postgres"), folder.resolve("postgres.log"));
        this.proxy = new PostgresProxy(postgres.port());
    }

    LocalPostgres postgres() {
        return postgres;
    }

    PostgresProxy proxy() {
        return proxy;
    }

    /** Sets {@code bits.transactor.KEY} for the transactors started from now on. */
    Rig with(String key, String value) {
        settings.put("bits.transactor." + key, value);
        return this;
    }

    /** Lets processes started from now on be compiled to be fast, and not to be there soon. */
    Rig forSpeed() {
        jvmOptions.clear();
        return this;
    }

    /** The URI that peers connect to; not through the proxy. */
    String uri() throws SQLException {
        return "datomic:sql://load?" + postgres.jdbcUrl(STORAGE);
    }

    String jdbcUrl() throws SQLException {
        return postgres.jdbcUrl(STORAGE);
    }

    /** Starts another transactor, which reaches its storage through the proxy. */
    TransactorProcess startTransactor() throws IOException, SQLException {
        return startTransactor(proxy.port());
    }

    /** Starts another transactor, which reaches its storage as peers do: for where speed matters. */
    TransactorProcess startTransactorWithoutProxy() throws IOException, SQLException {
        return startTransactor(postgres.port());
    }

    private TransactorProcess startTransactor(int storagePort) throws IOException, SQLException {
        String name = "transactor-" + ++transactors;
        int httpPort = freePort();
        JavaProcess.Builder process = JavaProcess.named(name)
                .jar(TRANSACTOR)
                .heap("1g")
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .environment(
                        "BITS_TRANSACTOR_STORAGE_URL",
                        jdbcUrl().replace(":" + postgres.port() + "/", ":" + storagePort + "/") + "&sslmode=disable")
                .property("bits.transactor.port", freePort())
                .property("quarkus.http.port", httpPort)
                .logFile(folder.resolve(name + ".log"));
        settings.forEach(process::property);
        return new TransactorProcess(started(process), httpPort);
    }

    Client startClient(String name) throws IOException, SQLException {
        return startClient(name, "plain");
    }

    /** Starts a client that also changes, retracts and collides with what is there. */
    Client startChurningClient(String name) throws IOException, SQLException {
        return startClient(name, "churn");
    }

    private Client startClient(String name, String kind) throws IOException, SQLException {
        Path events = folder.resolve(name + ".events");
        Path control = folder.resolve(name + ".control");
        JavaProcess process = started(peerProgram(name, LoadClient.class, kind.equals("churn") ? "1g" : "512m")
                .arguments(name, events.toString(), control.toString(), kind, Long.toString(seed + name.hashCode())));
        return new Client(name, process, events, control);
    }

    /** Whoever writes down a whole database also holds it in memory. */
    private JavaProcess.Builder peerProgram(String name, Class<?> main, String heap) throws SQLException {
        return JavaProcess.named(name)
                .mainClass(System.getProperty("java.class.path"), main.getName())
                .heap(heap)
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .environment("BITS_DATOMIC_URI", uri())
                .logFile(folder.resolve(name + ".log"));
    }

    private JavaProcess started(JavaProcess.Builder builder) throws IOException {
        JavaProcess process = builder.start();
        processes.add(process);
        return process;
    }

    /** What a program reads that connects now. */
    Dump readAfresh() throws Exception {
        String name = "fresh-peer-" + ++freshPeers;
        Path file = folder.resolve(name + ".dump");
        JavaProcess process = started(peerProgram(name, FreshPeer.class, "2g").arguments(file.toString()));
        try {
            process.onExit().get(3, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            throw new IllegalStateException(name + " does not end:\n" + process.log(), e);
        }
        if (!Files.exists(file)) {
            throw new IllegalStateException(name + " has failed:\n" + process.log());
        }
        return Dump.read(file);
    }

    /** What a client reads that was there all the time; it has to be quiet. */
    Dump readBy(Client client) throws IOException {
        Path file = folder.resolve(client + ".dump");
        client.tell("dump " + file);
        client.awaitDumped();
        return Dump.read(file);
    }

    /** Lets the clients come to rest. */
    void stop(List<Client> clients) {
        clients.forEach(client -> client.tell("stop"));
        clients.forEach(Client::awaitQuiet);
    }

    /** Ends the clients, which have to be at rest, and compares what they were told with what was read afterwards. */
    History.Verdict judge(List<Client> clients, Dump afterwards) {
        clients.forEach(client -> client.tell("end " + afterwards.basis()));
        clients.forEach(Client::awaitEnded);
        return History.check(
                afterwards.log(), clients.stream().map(Client::account).toList());
    }

    History.Verdict stopAndJudge(List<Client> clients) throws Exception {
        stop(clients);
        return judge(clients, readAfresh());
    }

    /** The ends of all logs, for whoever wants to know why something failed. */
    String logs() {
        StringBuilder logs = new StringBuilder();
        for (JavaProcess process : processes) {
            List<String> lines = process.log().lines().toList();
            logs.append("--- ")
                    .append(process)
                    .append(process.isAlive() ? ", alive" : ", ended")
                    .append('\n');
            lines.subList(Math.max(0, lines.size() - 40), lines.size())
                    .forEach(line -> logs.append(line).append('\n'));
        }
        return logs.append("--- all files are in ").append(folder).append('\n').toString();
    }

    @Override
    public void close() throws IOException {
        try {
            for (JavaProcess process : processes) {
                if (process.isAlive()) {
                    // A paused one could not end in any other way.
                    process.kill();
                }
            }
            proxy.close();
            postgres.close();
        } catch (InterruptedException e) {
            // What is left ends with this process.
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

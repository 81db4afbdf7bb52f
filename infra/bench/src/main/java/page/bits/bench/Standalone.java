package page.bits.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server that is measured: the packaged standalone application with its database in memory, as a process of its own that
 * ends with this one.
 */
final class Standalone implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration END = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]++)\"");
    private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final Path log;
    private final Process process;

    /**
     * Starts it on a free port, with demo data and without a limit on how much an actor may do, and waits until it is ready.
     *
     * @param heap an option for its JVM, before those of {@code BITS_JAVA_OPTS}
     */
    Standalone(String heap) throws IOException, InterruptedException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        log = Files.createTempFile("bits-bench-", ".log");
        List<String> command = new ArrayList<>(List.of(javaHome("java"), heap));
        String options = System.getenv().getOrDefault("BITS_JAVA_OPTS", "").strip();
        if (!options.isEmpty()) {
            command.addAll(Arrays.asList(options.split("\\s+")));
        }
        command.addAll(List.of(
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dbits.demo=true",
                "-Dbits.limit.actor.rate=0",
                "-jar",
                System.getProperty("bits.standalone.jar")));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitReady();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!isReady()) {
            if (!process.isAlive()) {
                throw new IOException("the server ended; its log is " + log);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the server was not ready in %d s; its log is %s".formatted(START.toSeconds(), log));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    URI resolve(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** The token of a demo creator. */
    String demoToken(String handle) throws IOException, InterruptedException {
        return token("/auth/demo", "{\"handle\":\"" + handle + "\"}");
    }

    private String token(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(resolve(path))
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        Matcher found = TOKEN.matcher(response.body());
        if (response.statusCode() != 200 || !found.find()) {
            throw new IOException("no token: status %d %s".formatted(response.statusCode(), response.body()));
        }
        return found.group(1);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(resolve(path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    /** Waits until it knows of no open stream. */
    void awaitNoStreams() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (streams() > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the server still has streams whose readers are gone: " + streams());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private double streams() throws IOException, InterruptedException {
        return metric("bits_sse_streams");
    }

    /** @param name with its labels, as it stands in its metrics */
    double metric(String name) throws IOException, InterruptedException {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException("the server does not tell " + name));
    }

    /** Its processor time so far, in seconds, of user and kernel. */
    double cpuSeconds() {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    /** How many bytes of its heap are reachable, by a full garbage collection. */
    long liveHeapBytes() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(javaHome("jcmd"), Long.toString(process.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher total = LIVE_BYTES.matcher(output);
        if (jcmd.waitFor() != 0 || !total.find()) {
            throw new IOException("jcmd could not tell the server's heap: " + output);
        }
        return Long.parseLong(total.group(1));
    }

    private static String javaHome(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** Ends it; the log of one that ended in time goes with it. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                Files.delete(log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}

package page.bits.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The hosted shape, by the launcher behind {@code ./bits cluster}: two of each service, a gateway, a transactor and a standby,
 * and a PostgreSQL, all in a new folder.
 */
final class HostedSite extends Site {

    /** Of each service. */
    private static final int NODES = 2;

    /** A line of the table: name, port, process id, health. */
    private static final Pattern ROW = Pattern.compile("(?m)^(\\S+) +(\\d+) +(\\d+) +(\\S.*)$");

    private static final Path ROOT = Path.of(System.getProperty("bits.root"));

    private final Path folder;
    private final int port;
    private final Process launcher;
    private final Map<String, Integer> ports;

    private HostedSite() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("bits-hosted-");
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        launcher = command("cluster", "--host", "127.0.0.1", "--port", Integer.toString(port), "--demo", "true")
                .redirectOutput(folder.resolve("launcher.log").toFile())
                .start();
        try {
            awaitReady();
            ports = ROW.matcher(ask("cluster-status"))
                    .results()
                    .collect(Collectors.toMap(row -> row.group(1), HostedSite::port));
        } catch (RuntimeException | IOException | InterruptedException e) {
            stopLauncher();
            throw e;
        }
    }

    static HostedSite start() {
        try {
            return new HostedSite();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int port(MatchResult row) {
        return Integer.parseInt(row.group(2));
    }

    private ProcessBuilder command(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Map.of(
                        "transactor", "infra/transactor",
                        "action", "action-service",
                        "view", "view-service",
                        "presence", "presence-service",
                        "gateway", "infra/gateway")
                .forEach((jar, module) -> command.add("-Dbits." + jar + ".jar="
                        + ROOT.resolve(module).resolve("target/quarkus-app/quarkus-run.jar")));
        command.addAll(List.of(
                "-jar", ROOT.resolve("infra/cluster/target/bits-cluster.jar").toString()));
        command.addAll(List.of(name, "--data", folder.resolve("data").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** What a command prints. */
    private String ask(String name, String... arguments) throws IOException, InterruptedException {
        Process asked = command(name, arguments).start();
        String said = new String(asked.getInputStream().readAllBytes());
        asked.waitFor();
        return said;
    }

    /** Waits until all processes are well. */
    void awaitReady() {
        await().atMost(START).pollInterval(Duration.ofMillis(500)).until(() -> {
            if (!launcher.isAlive()) {
                throw new IllegalStateException("The launcher ended:\n" + output());
            }
            Process status = command("cluster-status")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return status.waitFor() == 0;
        });
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("launcher.log"));
    }

    /** Kills a process, such as {@code view-1}; it is started again. */
    void kill(String process) throws IOException, InterruptedException {
        ask("cluster-kill", process);
    }

    int openStreams(int view) {
        return openStreams(address("view-" + view), "views");
    }

    @Override
    int openStreams() {
        return IntStream.rangeClosed(1, NODES).map(this::openStreams).sum();
    }

    int openPresences(int presence) {
        return openStreams(address("presence-" + presence), "presence");
    }

    @Override
    int openPresences() {
        return IntStream.rangeClosed(1, NODES).map(this::openPresences).sum();
    }

    private String address(String process) {
        return "http://localhost:" + ports.get(process);
    }

    @Override
    String address() {
        return "http://localhost:" + port;
    }

    @Override
    public void close() {
        stopLauncher();
        deleteFolder();
    }

    private void stopLauncher() {
        launcher.destroy();
        try {
            if (!launcher.waitFor(60, TimeUnit.SECONDS)) {
                launcher.destroyForcibly();
            }
        } catch (InterruptedException e) {
            launcher.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void deleteFolder() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What is done to a running {@link Cluster} from another process, by its {@link ClusterState} and signals alone: the launcher
 * does the rest, since it starts again what has ended.
 */
final class ClusterControl {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path folder;

    ClusterControl(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Shows how all processes are; 0 where each is as it should be. */
    int status() throws Refusal, IOException {
        return running().show() ? 0 : 1;
    }

    /** Returns when the launcher and all that it had started are gone. */
    int stop() throws Refusal, IOException, InterruptedException {
        ClusterState state = running();
        Instant begun = Instant.now();
        state.launcher().running().ifPresent(ProcessHandle::destroy);
        while (state.launcher().running().isPresent()
                || state.nodes().stream()
                        .anyMatch(node -> node.process().running().isPresent())) {
            waitFor(begun, "the cluster in %s has not stopped within %d s".formatted(folder, PATIENCE.toSeconds()));
        }
        Console.say("the cluster in %s has stopped, %s", folder, Console.since(begun));
        return 0;
    }

    /** Ends a process as a crash would. */
    int kill(String name) throws Refusal, IOException {
        ClusterState.Node node = node(running(), name);
        process(node).destroyForcibly();
        Console.say(
                "killed %s (process %d); the launcher starts it again",
                name, node.process().pid());
        return 0;
    }

    /** Asks a process to end, and returns when the next one is ready. */
    int restart(String name) throws Refusal, IOException, InterruptedException {
        ClusterState.Node before = node(running(), name);
        Instant begun = Instant.now();
        ProcessHandle process = process(before);
        if (name.equals(ClusterState.POSTGRES)) {
            // SIGTERM would have it wait for its clients to leave.
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } else {
            process.destroy();
        }
        ClusterState.Node now = before;
        while (now.process().equals(before.process()) || !now.health().ready()) {
            waitFor(
                    begun,
                    "%s is not ready again after %d s; its log is in %s"
                            .formatted(name, PATIENCE.toSeconds(), folder.resolve("logs")));
            now = node(running(), name);
        }
        Console.say("%s is ready again as process %d, %s", name, now.process().pid(), Console.since(begun));
        return 0;
    }

    private static void waitFor(Instant begun, String otherwise) throws Refusal, InterruptedException {
        if (Instant.now().isAfter(begun.plus(PATIENCE))) {
            throw new Refusal(otherwise);
        }
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }

    private ClusterState running() throws Refusal, IOException {
        if (!Files.isDirectory(folder)) {
            throw new Refusal("there is no folder %s; name that of the cluster with --data".formatted(folder));
        }
        Optional<ClusterState> state = ClusterState.read(folder);
        if (state.isEmpty()) {
            throw new Refusal("no cluster runs in %s; ./bits cluster starts one".formatted(folder));
        }
        if (state.get().launcher().running().isEmpty()) {
            throw new Refusal("no cluster runs in %s: its launcher, process %d, has ended without stopping it"
                    .formatted(folder, state.get().launcher().pid()));
        }
        return state.get();
    }

    private static ClusterState.Node node(ClusterState state, String name) throws Refusal {
        return state.node(name)
                .orElseThrow(
                        () -> new Refusal("no process is called '%s'; there are %s".formatted(name, state.names())));
    }

    private static ProcessHandle process(ClusterState.Node node) throws Refusal {
        return node.process()
                .running()
                .orElseThrow(() -> new Refusal(
                        "%s does not run now; ./bits cluster status tells when it does".formatted(node.name())));
    }
}

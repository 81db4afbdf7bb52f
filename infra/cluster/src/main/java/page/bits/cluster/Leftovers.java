package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes that a launcher started, noted in a file, so that the next one can end those that the last one could not. A
 * process is known by its id together with the time that it started at, since ids are used again.
 */
final class Leftovers {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;

    Leftovers(Path file) {
        this.file = file;
    }

    /** Notes a process that was started just now. */
    void note(JavaProcess process) throws IOException {
        Optional<Instant> started =
                ProcessHandle.of(process.pid()).flatMap(handle -> handle.info().startInstant());
        if (started.isPresent()) {
            Files.writeString(
                    file,
                    "%d %d %s%n".formatted(process.pid(), started.get().toEpochMilli(), process.name()),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    /** Ends those that still run, and forgets all. */
    void end() throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        Collections.reverse(lines); // who uses another was started after it
        for (String line : lines) {
            String[] fields = line.split(" ", 3);
            if (fields.length == 3) {
                Optional<ProcessHandle> running = ProcessHandle.of(Long.parseLong(fields[0]))
                        .filter(handle -> handle.info()
                                .startInstant()
                                .filter(started -> started.toEpochMilli() == Long.parseLong(fields[1]))
                                .isPresent());
                if (running.isPresent()) {
                    Console.say("stopping the %s that was left over from the last time", fields[2]);
                    end(running.get());
                }
            }
        }
        Files.delete(file);
    }

    private static void end(ProcessHandle process) throws InterruptedException {
        process.destroy();
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        }
    }
}

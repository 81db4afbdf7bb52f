package page.bits.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes that a launcher started, noted in a file, so that the next one can end those that the last one could not.
 */
final class Leftovers {

    private static final Pattern LINE = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18}) (.+)");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;

    Leftovers(Path file) {
        this.file = file;
    }

    /** Notes a process that was started just now. */
    void note(JavaProcess process) throws IOException {
        ProcessId id = ProcessId.of(process.pid());
        if (!id.equals(ProcessId.NONE)) {
            Files.writeString(
                    file,
                    "%d %d %s%n".formatted(id.pid(), id.startedAt(), process.name()),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    /** Ends those that still run, and forgets all. */
    void end() throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        Collections.reverse(lines); // who uses another was started after it
        for (String line : lines) {
            Matcher noted = LINE.matcher(line);
            if (!noted.matches()) {
                continue; // one that a full disk or a power failure cut off
            }
            Optional<ProcessHandle> running =
                    new ProcessId(Long.parseLong(noted.group(1)), Long.parseLong(noted.group(2))).running();
            if (running.isPresent()) {
                Console.say("stopping the %s that was left over from the last time", noted.group(3));
                end(running.get());
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

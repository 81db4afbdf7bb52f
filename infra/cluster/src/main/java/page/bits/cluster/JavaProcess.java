package page.bits.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM as a child process, run by the same Java as this one. It may be stopped, killed and paused from any thread; when this
 * process ends without having stopped it, it ends as well.
 */
public final class JavaProcess implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final int REMEMBERED_LINES = 500;
    private static final int REMEMBERED_BYTES = 64 * 1024;

    private final String name;
    private final Process process;
    private final CompletableFuture<Integer> exit;
    private final Log log;

    private JavaProcess(Builder builder) throws IOException {
        name = builder.name;
        log = builder.logFile == null ? new Lines(builder.onLine) : new LogFile(builder.logFile);
        ProcessBuilder command = Spawn.detached(log.output(), builder.command());
        command.environment().putAll(builder.environment);
        process = command.start();
        Leash.take("TERM", process);
        log.follow(name, process);
        exit = process.onExit().thenApply(ended -> {
            Leash.release(ended.pid());
            return ended.exitValue();
        });
    }

    /** Begins the description of a process, whose name is for logs and messages. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Completes with the exit status when the process has ended, for whatever reason; 128 more than the signal's number where
     * it was a signal. Continue on another thread if it takes long.
     */
    public CompletableFuture<Integer> onExit() {
        return exit.copy();
    }

    /** Ends the process as a crash would (SIGKILL), and returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops the process from running (SIGSTOP), with all it holds, until {@link #resume()}. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets a paused process go on (SIGCONT). */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Asks the process to end (SIGTERM), also where it is paused, and does not wait for that. */
    void askToEnd() {
        process.destroy();
        try {
            resume();
        } catch (IOException e) {
            // It is gone already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the process to end (SIGTERM), and kills it if it has not within {@code patience}. */
    public void stop(Duration patience) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
    }

    /** {@link #stop} with 10 s of patience. */
    @Override
    public void close() {
        try {
            stop(STOP_PATIENCE);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The end of what the process has written to its outputs: the last 64 KiB of its file, or the last 500 lines. */
    public String log() {
        return log.end();
    }

    @Override
    public String toString() {
        return name + " (process " + pid() + ")";
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                .redirectErrorStream(true)
                .start();
        String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (kill.waitFor() != 0) {
            throw new IOException("%s was not sent to %s: %s".formatted(signal, this, said.strip()));
        }
    }

    /** Where the process writes to. */
    private interface Log {
        ProcessBuilder.Redirect output();

        void follow(String name, Process process);

        String end();
    }

    private record LogFile(Path path) implements Log {
        @Override
        public ProcessBuilder.Redirect output() {
            return ProcessBuilder.Redirect.appendTo(path.toFile());
        }

        @Override
        public void follow(String name, Process process) {
            // It writes to the file by itself.
        }

        @Override
        public String end() {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
                long from = Math.max(0, file.length() - REMEMBERED_BYTES);
                byte[] bytes = new byte[(int) (file.length() - from)];
                file.seek(from);
                file.readFully(bytes);
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Lines implements Log {
        private final Consumer<String> onLine;
        private final Deque<String> last = new ArrayDeque<>();

        Lines(Consumer<String> onLine) {
            this.onLine = onLine;
        }

        @Override
        public ProcessBuilder.Redirect output() {
            return ProcessBuilder.Redirect.PIPE;
        }

        @Override
        public void follow(String name, Process process) {
            Thread reader = new Thread(() -> read(process), "output of " + name);
            reader.setDaemon(true);
            reader.start();
        }

        private void read(Process process) {
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    remember(line);
                    onLine.accept(line);
                }
            } catch (IOException e) {
                remember("(its output could not be read on: " + e.getMessage() + ")");
            }
        }

        private void remember(String line) {
            synchronized (last) {
                last.add(line);
                if (last.size() > REMEMBERED_LINES) {
                    last.remove();
                }
            }
        }

        @Override
        public String end() {
            synchronized (last) {
                return String.join("\n", last);
            }
        }
    }

    /** What to run: either {@link #jar} or {@link #mainClass} must be given. */
    public static final class Builder {

        private final String name;
        private final List<String> jvmOptions = new ArrayList<>();
        private final Map<String, String> properties = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> program = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private Path logFile;
        private Consumer<String> onLine = line -> {};

        private Builder(String name) {
            this.name = Objects.requireNonNull(name);
        }

        public Builder jar(Path jar) {
            return program("-jar", jar.toString());
        }

        public Builder mainClass(String classPath, String mainClass) {
            return program("-cp", classPath, mainClass);
        }

        private Builder program(String... program) {
            this.program.clear();
            this.program.addAll(List.of(program));
            return this;
        }

        /** The largest size of the heap, such as {@code 512m}. */
        public Builder heap(String size) {
            return jvmOptions("-Xmx" + size);
        }

        public Builder jvmOptions(String... options) {
            jvmOptions.addAll(Arrays.asList(options));
            return this;
        }

        /** A system property. Whoever may list processes can read it: a password belongs into the {@link #environment}. */
        public Builder property(String key, Object value) {
            properties.put(key, value.toString());
            return this;
        }

        /** An environment variable, besides those of this process. */
        public Builder environment(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        public Builder arguments(String... arguments) {
            this.arguments.addAll(Arrays.asList(arguments));
            return this;
        }

        /** A file to append both outputs to, instead of handing them on line by line. */
        public Builder logFile(Path file) {
            logFile = file;
            return this;
        }

        /** Told each line of both outputs, on a thread of its own. */
        public Builder onLine(Consumer<String> consumer) {
            onLine = consumer;
            return this;
        }

        public JavaProcess start() throws IOException {
            return new JavaProcess(this);
        }

        private List<String> command() {
            if (program.isEmpty()) {
                throw new IllegalStateException("nothing to run: neither a jar nor a main class");
            }
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
            command.addAll(program);
            command.addAll(arguments);
            return command;
        }
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process that is started again whenever it has ended. For a transactor that is part of how it works: it ends rather than go
 * on where it can't know what the storage holds. One that ends time after time shortly after its start is given up.
 *
 * <p>An end by SIGTERM is one that somebody asked for: the next start follows at once. Neither that nor a SIGKILL of a process
 * that was ready counts against it.
 *
 * <p>What it does happens on the one thread of its executor, which {@link #endSupervision} ends: nothing is started any more.
 * What it tells may be asked for from any thread.
 */
final class Supervised implements AutoCloseable {

    /** How to start it, and where to ask for its health then; asked anew at each start. */
    @FunctionalInterface
    interface Recipe {
        Start next() throws IOException;
    }

    record Start(JavaProcess.Builder process, String host, int port) {}

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final int SIGTERMED = 128 + 15;

    private final String name;
    private final String label;
    private final DataFolder folder;
    private final ScheduledExecutorService supervisor;
    private final Recipe recipe;
    private final Runnable onChange;
    private final Duration firstPause;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Refusal> givenUp = new CompletableFuture<>();
    private volatile JavaProcess process;
    private volatile JavaProcess readyProcess;
    private volatile boolean suspended;
    private volatile Path log;
    private volatile boolean stopping;
    private boolean held;
    private final QuickEnds quickEnds = new QuickEnds();

    /**
     * Nothing happens before {@link #start}.
     *
     * @param name of its log
     * @param label what it is called when something is told about it
     * @param onChange called on the executor's thread when its process is another, or has ended, or is ready
     */
    Supervised(
            String name,
            String label,
            DataFolder folder,
            ScheduledExecutorService supervisor,
            Recipe recipe,
            Runnable onChange) {
        this(name, label, folder, supervisor, recipe, onChange, FIRST_PAUSE);
    }

    /** @param firstPause before the first of several quick starts; it doubles with each */
    Supervised(
            String name,
            String label,
            DataFolder folder,
            ScheduledExecutorService supervisor,
            Recipe recipe,
            Runnable onChange,
            Duration firstPause) {
        this.name = name;
        this.label = label;
        this.folder = folder;
        this.supervisor = supervisor;
        this.recipe = recipe;
        this.onChange = onChange;
        this.firstPause = firstPause;
    }

    void start() {
        supervisor.execute(this::launch);
    }

    String name() {
        return name;
    }

    /** The process that runs now, or that ran last. */
    Optional<JavaProcess> process() {
        return Optional.ofNullable(process);
    }

    /** Whether the process that runs now has been ready. */
    boolean isReady() {
        JavaProcess known = readyProcess;
        return known != null && known.isAlive();
    }

    boolean hasBeenReady() {
        return readyProcess != null;
    }

    /** Whether it is not started again for now. */
    boolean isSuspended() {
        return suspended;
    }

    /** The file that all starts of it write to; empty before the first. */
    Optional<Path> log() {
        return Optional.ofNullable(log);
    }

    /** Completes when it is ready for the first time, or with a {@link Refusal} when it is given up, be it much later. */
    CompletableFuture<Void> whenReady() {
        return ready;
    }

    /** Completes when it is given up. */
    CompletableFuture<Refusal> whenGivenUp() {
        return givenUp;
    }

    /** Once it has ended, it is not started again before {@link #resume}. */
    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
        supervisor.execute(() -> {
            if (held) {
                held = false;
                launch();
            }
        });
    }

    private void launchUnlessSuspended() {
        if (suspended) {
            held = true;
        } else {
            launch();
        }
    }

    private void launch() {
        quickEnds.begins();
        JavaProcess launched;
        Start start;
        try {
            if (log == null) {
                // One for all its starts: what the first failure was is not to be lost to those that follow from it.
                log = folder.newLog(name);
            }
            start = recipe.next();
            launched = start.process().logFile(log).start();
            process = launched;
            folder.leftovers().note(launched);
        } catch (IOException e) {
            giveUp("%s could not be started: %s".formatted(label, e.getMessage()));
            return;
        } catch (RuntimeException e) {
            // The executor would keep it to itself, and the launcher wait for ever.
            giveUp("%s could not be started: %s".formatted(label, e));
            return;
        }
        launched.onExit().thenAcceptAsync(status -> ended(launched, status), supervisor);
        probeSoon(launched, start);
        onChange.run();
    }

    private void probeSoon(JavaProcess launched, Start start) {
        supervisor.schedule(() -> probe(launched, start), POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe(JavaProcess launched, Start start) {
        if (!launched.isAlive()) {
            return;
        }
        if (Health.ofHttp(start.host(), start.port()).ready()) {
            Console.say("%s is ready, %s", label, Console.since(quickEnds.begun()));
            readyProcess = launched;
            ready.complete(null);
            onChange.run();
        } else {
            probeSoon(launched, start);
        }
    }

    private void ended(JavaProcess ended, int status) {
        boolean asked = status == SIGTERMED;
        boolean killed = status == QuickEnds.SIGKILLED && readyProcess == ended;
        quickEnds.ends(!asked && !killed);
        if (quickEnds.areTooMany()) {
            giveUp("%s ended %d times shortly after its start, now with status %d: %s (log: %s)"
                    .formatted(label, quickEnds.count(), status, reason(ended.log()), log));
            return;
        }
        Duration pause = asked ? Duration.ZERO : firstPause.multipliedBy(1L << quickEnds.count());
        if (suspended) {
            Console.say("%s ended with status %d, and is not started again for now", label, status);
        } else if (asked) {
            Console.say("%s was asked to end; it is started again", label);
        } else {
            Console.complain(
                    "%s ended with status %d; it is started again in %.1f s (log: %s)",
                    label, status, pause.toMillis() / 1000.0, log);
        }
        supervisor.schedule(this::launchUnlessSuspended, pause.toMillis(), TimeUnit.MILLISECONDS);
        onChange.run();
    }

    private void giveUp(String why) {
        Refusal refusal = new Refusal(why);
        givenUp.complete(refusal); // first: who waits for the other looks at what this one led to
        ready.completeExceptionally(refusal);
        onChange.run();
    }

    /** The last line that says what was wrong, and not where in the program. */
    private static String reason(String log) {
        return log.lines()
                .filter(line -> line.matches(".*(ERROR|FATAL|bits: |Exception|Error:).*"))
                .filter(line -> !line.startsWith("\t"))
                .reduce((first, last) -> last)
                .or(() -> log.lines().reduce((first, last) -> last))
                .orElse("it said nothing");
    }

    /** From now on nothing is started again; returns when that is so. */
    void endSupervision() {
        Supervisor.stop(supervisor);
    }

    /** Asks it to end, and does not wait for that; to be followed by {@link #close}. */
    void askToEnd() {
        process().filter(JavaProcess::isAlive).ifPresent(running -> {
            stopping = true;
            running.askToEnd();
        });
    }

    @Override
    public void close() {
        endSupervision();
        process().filter(running -> stopping || running.isAlive()).ifPresent(running -> {
            running.close();
            stopping = false;
            Console.say("%s has stopped", label);
        });
    }
}

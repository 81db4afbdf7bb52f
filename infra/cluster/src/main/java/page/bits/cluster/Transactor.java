package page.bits.cluster;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The transactor, started again whenever it has ended. That is part of how it works: it ends rather than go on where it can't
 * know what the storage holds. One that ends time after time shortly after its start is given up.
 *
 * <p>What it does happens on the one thread of its executor, which {@link #close} ends first: nothing is started any more.
 */
final class Transactor implements AutoCloseable {

    private static final int MOST_QUICK_ENDS = 6;
    private static final Duration QUICK = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final int PROBE_MILLIS = 1000;

    private final Settings settings;
    private final DataFolder folder;
    private final String storageUrl;
    private final ScheduledExecutorService supervisor;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Refusal> givenUp = new CompletableFuture<>();
    private JavaProcess process;
    private Path log;
    private Instant begun;
    private int healthPort;
    private int quickEnds;

    /** Nothing happens before {@link #start}. */
    Transactor(Settings settings, DataFolder folder, String storageUrl, ScheduledExecutorService supervisor) {
        this.settings = settings;
        this.folder = folder;
        this.storageUrl = storageUrl;
        this.supervisor = supervisor;
    }

    void start() {
        supervisor.execute(this::launch);
    }

    /** Completes when it is ready for the first time, or with a {@link Refusal} when it is given up, be it much later. */
    CompletableFuture<Void> whenReady() {
        return ready;
    }

    /** Completes when it is given up. */
    CompletableFuture<Refusal> whenGivenUp() {
        return givenUp;
    }

    private void launch() {
        begun = Instant.now();
        try {
            if (log == null) {
                // One for all its starts: what the first failure was is not to be lost to those that follow from it.
                log = folder.newLog("transactor");
            }
            healthPort = Ports.kept(folder.transactorHealthPort());
            process = JavaProcess.named("transactor")
                    .jar(settings.transactorJar())
                    .heap("1g")
                    .jvmOptions(settings.transactorJavaOptions())
                    .property("quarkus.http.host", "127.0.0.1")
                    .property("quarkus.http.port", healthPort)
                    .property("bits.transactor.host", "127.0.0.1")
                    .property("bits.transactor.port", Ports.kept(folder.transactorPort()))
                    .property("bits.transactor.encrypt", false) // what goes through loopback needs none
                    .environment("BITS_TRANSACTOR_STORAGE_URL", storageUrl)
                    .logFile(log)
                    .start();
            folder.leftovers().note(process);
        } catch (IOException e) {
            giveUp("the transactor could not be started: " + e.getMessage());
            return;
        } catch (RuntimeException e) {
            // The executor would keep it to itself, and the launcher wait for ever.
            giveUp("the transactor could not be started: " + e);
            return;
        }
        JavaProcess launched = process;
        launched.onExit().thenAcceptAsync(this::ended, supervisor);
        supervisor.schedule(() -> probe(launched), POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe(JavaProcess launched) {
        if (!launched.isAlive()) {
            return;
        }
        if (answersReady()) {
            Console.say("the transactor is ready, %s", Console.since(begun));
            ready.complete(null);
        } else {
            supervisor.schedule(() -> probe(launched), POLL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private boolean answersReady() {
        try {
            HttpURLConnection probe =
                    (HttpURLConnection) new URL("http", "127.0.0.1", healthPort, "/q/health/ready").openConnection();
            probe.setConnectTimeout(PROBE_MILLIS);
            probe.setReadTimeout(PROBE_MILLIS);
            return probe.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    private void ended(int status) {
        boolean quick = Duration.between(begun, Instant.now()).compareTo(QUICK) < 0;
        quickEnds = quick ? quickEnds + 1 : 0;
        if (quickEnds == MOST_QUICK_ENDS) {
            giveUp("the transactor ended %d times shortly after its start, now with status %d: %s"
                    .formatted(quickEnds, status, reason(process.log())));
            return;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << quickEnds);
        Console.complain(
                "the transactor ended with status %d; it is started again in %.1f s (log: %s)",
                status, pause.toMillis() / 1000.0, folder.path().resolve("logs"));
        supervisor.schedule(this::launch, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void giveUp(String why) {
        Refusal refusal = new Refusal(why);
        givenUp.complete(refusal);
        ready.completeExceptionally(refusal);
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

    @Override
    public void close() {
        Supervisor.stop(supervisor);
        if (process != null && process.isAlive()) {
            process.close();
            Console.say("the transactor has stopped");
        }
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;

/**
 * PostgreSQL, the transactor and the application, started together and stopped the other way round. The transactor and
 * PostgreSQL are started again when they end; with the application all ends.
 */
final class Installation {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);
    private static final int MOST_QUICK_RESTARTS = 3;
    private static final Duration QUICK = Duration.ofMinutes(1);

    private final Settings settings;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Instant postgresBegun = Instant.now();
    private int quickRestarts;

    Installation(Settings settings) {
        this.settings = settings;
    }

    /** Returns the exit status when everything has stopped, because someone asked for it or because something failed. */
    int run() throws Refusal, IOException, SQLException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "bits-stop"));
        try (DataFolder folder = DataFolder.take(settings.data())) {
            folder.leftovers().end();
            refuseUnusablePort();
            try (Storage storage = Storage.start(folder, settings.postgresUrl())) {
                run(folder, storage);
            }
            return end.join();
        } finally {
            stopped.countDown();
        }
    }

    /** On Ctrl-C or SIGTERM: the JVM halts when this returns. */
    private void stopAndWait() {
        end.complete(0);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(DataFolder folder, Storage storage)
            throws Refusal, IOException, SQLException, InterruptedException {
        ScheduledExecutorService supervisor = Supervisor.start();
        try (Transactor transactor = new Transactor(settings, folder, storage.url(), supervisor)) {
            storage.own().ifPresent(postgres -> watch(postgres, supervisor));
            Console.say(
                    "starting the transactor and the application; logs are in %s",
                    folder.path().resolve("logs"));
            transactor.whenGivenUp().thenAccept(why -> fail("%s", why.getMessage()));
            transactor.start();
            NewHistory history = new NewHistory(settings, storage.url());
            if (history.isDue()) {
                CompletableFuture.anyOf(transactor.whenReady().exceptionally(givenUp -> null), end)
                        .join();
                if (!end.isDone()) {
                    history.begin(end);
                }
            }
            if (!end.isDone()) {
                serve(folder, storage);
            }
        }
    }

    private void serve(DataFolder folder, Storage storage) throws IOException, InterruptedException {
        try (JavaProcess application = startApplication(folder, storage.url())) {
            application.onExit().thenAccept(status -> fail("the application ended with status %d", status));
            end.join();
            Console.say("stopping");
            application.stop(STOP_PATIENCE);
        }
    }

    private JavaProcess startApplication(DataFolder folder, String storageUrl) throws IOException {
        JavaProcess.Builder application = JavaProcess.named("application")
                .jar(settings.standaloneJar())
                .heap("512m")
                .jvmOptions(settings.javaOptions())
                .property("quarkus.http.host", settings.host())
                .property("quarkus.http.port", settings.port())
                .property("bits.demo", settings.demo())
                .environment("BITS_DATOMIC_URI", NewHistory.datomicUri(storageUrl))
                .onLine(System.out::println);
        if (System.getenv("BITS_AUTH_GUEST_KEY") == null) {
            application.environment("BITS_AUTH_GUEST_KEY", folder.guestKey());
        }
        JavaProcess started = application.start();
        folder.leftovers().note(started);
        return started;
    }

    private void watch(LocalPostgres postgres, ScheduledExecutorService supervisor) {
        postgresBegun = Instant.now();
        postgres.onExit().thenRunAsync(() -> restart(postgres, supervisor), supervisor);
    }

    private void restart(LocalPostgres postgres, ScheduledExecutorService supervisor) {
        boolean quick = Duration.between(postgresBegun, Instant.now()).compareTo(QUICK) < 0;
        quickRestarts = quick ? quickRestarts + 1 : 0;
        if (quickRestarts == MOST_QUICK_RESTARTS) {
            fail("PostgreSQL ended %d times shortly after its start; its log is in %s", quickRestarts, logs());
            return;
        }
        Console.complain("PostgreSQL ended; it is started again (log: %s)", logs());
        try {
            Instant begun = Instant.now();
            postgres.restart();
            Console.say("PostgreSQL is ready on port %d, %s", postgres.port(), Console.since(begun));
            watch(postgres, supervisor);
        } catch (IOException e) {
            fail("PostgreSQL could not be started again: %s", e.getMessage());
        } catch (RuntimeException e) {
            // The executor would keep it to itself, and nobody start PostgreSQL again.
            fail("PostgreSQL could not be started again: %s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Object logs() {
        return settings.data().resolve("logs");
    }

    /** Ends everything, unless that has begun. */
    private void fail(String format, Object... values) {
        if (!end.isDone()) {
            Console.complain(format, values);
            end.complete(1);
        }
    }

    private void refuseUnusablePort() throws Refusal, IOException {
        try {
            InetAddress.getByName(settings.host());
        } catch (UnknownHostException e) {
            throw new Refusal("there is no host '%s'; choose another with --host".formatted(settings.host()));
        }
        try {
            Ports.tryToListen(settings.host(), settings.port());
        } catch (BindException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Permission denied")) {
                throw new Refusal(
                        "this user may not listen on port %d; choose another with --port".formatted(settings.port()));
            }
            if (why.contains("assign")) {
                throw new Refusal(
                        "%s is not an address of this machine; choose another with --host".formatted(settings.host()));
            }
            throw new Refusal("cannot listen on %s, port %d: it is in use; choose another with --port"
                    .formatted(settings.host(), settings.port()));
        }
    }
}

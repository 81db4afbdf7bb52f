package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;

/**
 * PostgreSQL, the transactor and the application, started together and stopped the other way round. The transactor and
 * PostgreSQL are started again when they end; with the application all ends.
 */
final class Installation {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

    private final Settings settings;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Installation(Settings settings) {
        this.settings = settings;
    }

    /** Returns the exit status when everything has stopped, because someone asked for it or because something failed. */
    int run() throws Refusal, IOException, SQLException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "bits-stop"));
        try (DataFolder folder = DataFolder.take(settings.data())) {
            folder.leftovers().end();
            Ports.refuseUnusable(settings.host(), settings.port(), "");
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
        try (Supervised transactor = Nodes.transactor(settings, folder, storage.url(), supervisor)) {
            storage.own().ifPresent(postgres -> watch(postgres, supervisor));
            Console.say(
                    "starting the transactor and the application; logs are in %s",
                    folder.path().resolve("logs"));
            transactor.whenGivenUp().thenAccept(why -> fail("%s", why.getMessage()));
            transactor.start();
            NewHistory history = new NewHistory(settings.standaloneJar(), storage.url());
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
        if (System.getenv("BITS_AUTH_SERVICE_TOKEN") == null) {
            application.environment("BITS_AUTH_SERVICE_TOKEN", folder.serviceToken());
        }
        JavaProcess started = application.start();
        folder.leftovers().note(started);
        return started;
    }

    private void watch(LocalPostgres postgres, ScheduledExecutorService supervisor) {
        SupervisedPostgres watched = new SupervisedPostgres(postgres, supervisor, logs(), () -> {});
        watched.whenGivenUp().thenAccept(why -> fail("%s", why.getMessage()));
        watched.watch();
    }

    private Path logs() {
        return settings.data().resolve("logs");
    }

    /** Ends everything, unless that has begun. */
    private void fail(String format, Object... values) {
        if (!end.isDone()) {
            Console.complain(format, values);
            end.complete(1);
        }
    }
}

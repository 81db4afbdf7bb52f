package page.bits.cluster;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What {@code ./bits cluster} does: a {@link Cluster} that runs until Ctrl-C or a SIGTERM. */
final class ClusterRun {

    private static final int TELL_SECONDS = 10;

    private final ClusterSettings settings;
    private final Thread main = Thread.currentThread();
    private final CompletableFuture<Refusal> end = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean starting = true;

    ClusterRun(ClusterSettings settings) {
        this.settings = settings;
    }

    /** Returns the exit status when everything has stopped, because someone asked for it or because something failed. */
    int run() throws Refusal, IOException, SQLException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "bits-stop"));
        Instant begun = Instant.now();
        try (Cluster cluster = Cluster.start(settings)) {
            starting = false;
            cluster.whenFailed().thenAccept(end::complete);
            serve(cluster, begun);
        } catch (InterruptedException e) {
            // It was stopped while it was starting.
            end.complete(null);
        } catch (Refusal | IOException | SQLException e) {
            if (!end.isDone()) {
                throw e;
            }
            // What was interrupted tells of it in its own way.
        } finally {
            stopped.countDown();
        }
        return end.join() == null ? 0 : 1;
    }

    private void serve(Cluster cluster, Instant begun) throws IOException {
        try {
            while (!end.isDone() && !cluster.awaited().isEmpty()) {
                tell(cluster, begun);
            }
            if (!end.isDone()) {
                ClusterState.read(settings.folder()).orElseThrow().show();
                Console.say(
                        "all is ready, %s; open %s%s",
                        Console.since(begun), address(cluster), settings.demo() ? "/@alice" : "/");
                Console.say("Ctrl-C stops it; in another terminal: ./bits cluster status|restart|kill|stop%s", where());
            }
            Refusal failure = end.get();
            if (failure != null) {
                Console.complain("%s", failure.getMessage());
            }
        } catch (InterruptedException e) {
            end.complete(null);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        Console.say("stopping");
    }

    /** Waits until all are ready or something ends it, and says who is awaited if that takes long. */
    private void tell(Cluster cluster, Instant begun) throws InterruptedException, ExecutionException {
        for (int i = 0; i < TELL_SECONDS * 10; i++) {
            try {
                end.get(100, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (cluster.awaited().isEmpty()) {
                    return;
                }
            }
        }
        Console.say("waiting for %s, %s", String.join(", ", cluster.awaited()), Console.since(begun));
    }

    private String address(Cluster cluster) throws IOException {
        String address = cluster.address(1).toString();
        return settings.host().equals(Nodes.LOOPBACK) ? address.replace(Nodes.LOOPBACK, "localhost") : address;
    }

    private String where() {
        return settings.folder().endsWith(".bits/cluster") ? "" : " --data " + settings.folder();
    }

    /** On Ctrl-C or SIGTERM: the JVM halts when this returns. */
    private void stopAndWait() {
        end.complete(null);
        if (starting) {
            main.interrupt();
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

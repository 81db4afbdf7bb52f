package page.bits.cluster;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The one thread that starts processes again, so that no two of them are dealt with at the same time. */
final class Supervisor {

    private Supervisor() {}

    static ScheduledExecutorService start() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "bits-supervisor");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Returns when nothing is started any more. */
    static void stop(ScheduledExecutorService supervisor) {
        supervisor.shutdownNow();
        try {
            supervisor.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

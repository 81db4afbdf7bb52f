package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** Our PostgreSQL, started again at once whenever it has ended, and given up as {@link Supervised} gives up. */
final class SupervisedPostgres {

    private final LocalPostgres postgres;
    private final ScheduledExecutorService supervisor;
    private final Path logs;
    private final Runnable onChange;
    private final CompletableFuture<Refusal> givenUp = new CompletableFuture<>();
    private final QuickEnds quickEnds = new QuickEnds();

    /** @param onChange called on the executor's thread when it was started again */
    SupervisedPostgres(LocalPostgres postgres, ScheduledExecutorService supervisor, Path logs, Runnable onChange) {
        this.postgres = postgres;
        this.supervisor = supervisor;
        this.logs = logs;
        this.onChange = onChange;
    }

    void watch() {
        postgres.onExit().thenAcceptAsync(this::ended, supervisor);
    }

    /** Completes when it is given up. */
    CompletableFuture<Refusal> whenGivenUp() {
        return givenUp;
    }

    private void ended(int status) {
        boolean asked = status == 0 || status == QuickEnds.SIGKILLED; // as restart and kill do
        quickEnds.ends(!asked);
        if (quickEnds.areTooMany()) {
            giveUp("PostgreSQL ended %d times shortly after its start; its log is in %s"
                    .formatted(quickEnds.count(), logs));
            return;
        }
        Console.complain("PostgreSQL ended; it is started again (log: %s)", logs);
        try {
            quickEnds.begins();
            postgres.restart();
            Console.say("PostgreSQL is ready on port %d, %s", postgres.port(), Console.since(quickEnds.begun()));
            watch();
            onChange.run();
        } catch (IOException e) {
            giveUp("PostgreSQL could not be started again: " + e.getMessage());
        } catch (RuntimeException e) {
            // The executor would keep it to itself, and nobody start PostgreSQL again.
            giveUp("PostgreSQL could not be started again: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp(String why) {
        givenUp.complete(new Refusal(why));
    }
}

package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** Our PostgreSQL, started again at once whenever it has ended, and given up as {@link Supervised} gives up. */
final class SupervisedPostgres {

    private static final int MOST_QUICK_ENDS = 6;
    private static final Duration QUICK = Duration.ofMinutes(1);

    private static final int KILLED = 128 + 9;

    private final LocalPostgres postgres;
    private final ScheduledExecutorService supervisor;
    private final Path logs;
    private final Runnable onChange;
    private final CompletableFuture<Refusal> givenUp = new CompletableFuture<>();
    private Instant begun = Instant.now();
    private int quickEnds;

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
        boolean quick = Duration.between(begun, Instant.now()).compareTo(QUICK) < 0;
        boolean asked = status == 0 || status == KILLED; // as restart and kill do
        if (!quick) {
            quickEnds = 0;
        } else if (!asked) {
            quickEnds++;
        }
        if (quickEnds == MOST_QUICK_ENDS) {
            giveUp("PostgreSQL ended %d times shortly after its start; its log is in %s".formatted(quickEnds, logs));
            return;
        }
        Console.complain("PostgreSQL ended; it is started again (log: %s)", logs);
        try {
            begun = Instant.now();
            postgres.restart();
            Console.say("PostgreSQL is ready on port %d, %s", postgres.port(), Console.since(begun));
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

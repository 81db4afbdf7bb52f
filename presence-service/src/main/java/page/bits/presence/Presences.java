package page.bits.presence;

import com.fasterxml.jackson.databind.ObjectMapper;
import datomic.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import page.bits.identity.ServiceToken;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.peer.Transaction;
import page.bits.presence.audience.AudienceFrames;
import page.bits.presence.audience.Audiences;
import page.bits.presence.audience.PresenceTransaction;
import page.bits.presence.node.ActionClient;
import page.bits.presence.node.Attendance;
import page.bits.presence.node.Recorder;
import page.bits.presence.node.Timing;
import page.bits.presence.peer.PresenceDatabase;
import page.bits.sse.Frame;
import page.bits.streaming.NotYet;

/**
 * Runs presence: one thread that the transactions, the connections and the ticks come by, in their order, so that nothing else
 * in here needs a lock. But for its very beginning it waits for nothing: what is read from the database, others read.
 *
 * <p>Methods may be called from any thread.
 */
@Singleton
@Startup // so that settings that can't be end the process at once
class Presences {

    private static final Logger LOG = Logger.getLogger(Presences.class);
    private static final Duration LAST_WRITE = Duration.ofSeconds(1);

    private final DatomicPeer peer;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(task -> named(task, "bits-presence"));
    private final Executor thread = this::execute;
    private final ExecutorService readers;
    private final ActionClient actions;
    private final Attendance attendance;
    private final Audiences audiences;
    private final Recorder recorder;
    private final AudienceFrames frames;

    /** What it began with: the transactions up to that are in it. Of the thread alone. */
    private long basis = Long.MAX_VALUE;

    private volatile Epoch epoch;
    private volatile boolean stale = true;
    private volatile Runnable whenStaleChanges = () -> {};
    private volatile boolean registered;
    private volatile Figures figures = Figures.NONE;

    Presences(
            @PresenceDatabase DatomicPeer peer,
            @PresenceDatabase PresenceFeed feed,
            PresenceConfig config,
            Pseudonyms pseudonyms,
            ServiceToken token,
            ActionNodes nodes,
            Vertx vertx,
            ObjectMapper json,
            MeterRegistry metrics) {
        this.peer = peer;
        LongSupplier clock = System::nanoTime;
        Timing timing = Timing.of(config);
        AtomicInteger number = new AtomicInteger();
        this.readers = Executors.newFixedThreadPool(
                config.readThreads(), task -> named(task, "bits-presence-reader-" + number.incrementAndGet()));
        this.frames = new AudienceFrames(json, () -> epoch, () -> stale);
        this.audiences = new Audiences(peer::db, thread, readers, pseudonyms, frames, config, clock);
        this.attendance = new Attendance(pseudonyms, clock, Clock.systemUTC(), timing);
        this.actions = new ActionClient(vertx, nodes, token, config.writeTimeout());
        this.recorder = new Recorder(actions, attendance, audiences, thread, clock, timing, config);
        new PresenceMetrics(() -> figures, recorder).bindTo(metrics);
        feed.handTo(transaction -> thread.execute(() -> apply(transaction)));
        long tick = config.tick().toNanos();
        scheduler.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.NANOSECONDS);
    }

    private static Thread named(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Left to itself, the scheduler would keep to itself whatever a task throws. */
    private void execute(Runnable task) {
        try {
            scheduler.execute(() -> {
                try {
                    task.run();
                } catch (Throwable e) {
                    LOG.error("A task of presence failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Presence has ended; what comes now is nobody's");
        }
    }

    private void begin() {
        Database db = peer.db();
        epoch = Epoch.of(db);
        audiences.begin(db.basisT());
        recorder.begin(db);
        basis = db.basisT();
    }

    private boolean hasBegun() {
        return basis < Long.MAX_VALUE;
    }

    private void apply(Transaction transaction) {
        if (transaction.t().value() > basis) {
            PresenceTransaction read = PresenceTransaction.of(transaction, peer.db());
            recorder.apply(read);
            audiences.apply(read);
        }
    }

    /** Whatever leaves here would be the last tick. */
    private void tick() {
        try {
            if (!hasBegun() && peer.isReady()) {
                begin();
            }
            if (hasBegun()) {
                recorder.tick();
                audiences.tick();
                tellWhetherStale();
                registered |= recorder.isRegistered();
            }
            // Also before it has found its database: that it can write nothing is to be seen then too.
            figures = new Figures(
                    attendance.connections(),
                    attendance.viewers(),
                    audiences.size(),
                    recorder.nodes(),
                    recorder.leaseAge());
        } catch (Throwable e) {
            LOG.error("A tick of presence failed", e);
        }
    }

    private void tellWhetherStale() {
        boolean now = recorder.isFrozen() || peer.isStale();
        if (now != stale) {
            stale = now;
            audiences.staleChanged();
            whenStaleChanges.run();
        }
    }

    /** Whether the database has heard of this node: before that, whoever comes to it would be counted nowhere. */
    boolean isRegistered() {
        return registered;
    }

    /** Whether what this node shows may be old. */
    boolean isStale() {
        return stale;
    }

    /** @param then runs on the thread of presence whenever what this node knows is stale, or not any more; returns at once */
    void whenStaleChanges(Runnable then) {
        whenStaleChanges = then;
    }

    /** One more connection of somebody who is present by it. */
    void enter(Handle creator, Visitor visitor) {
        thread.execute(() -> attendance.enter(creator, visitor));
    }

    /** That connection was not taken after all. */
    void refuse(Handle creator, Visitor visitor) {
        thread.execute(() -> attendance.refuse(creator, visitor));
    }

    /** That connection has closed. */
    void leave(Handle creator, Visitor visitor) {
        thread.execute(() -> attendance.leave(creator, visitor));
    }

    /**
     * Begins to watch a creator's audience.
     *
     * @return to be given back by {@link #unwatch}; completed on the thread of presence; fails where the database can't be read
     */
    CompletionStage<Audiences.Watch> watch(Handle creator) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            if (!hasBegun()) {
                                throw NotYet.because("The presence database is not there yet.");
                            }
                            return audiences.watch(creator);
                        },
                        thread)
                .thenCompose(watch -> watch);
    }

    void unwatch(Audiences.Watch watch) {
        thread.execute(watch::close);
    }

    /** A creator's audience as it is now. */
    CompletionStage<AudienceFrames.Snapshot> document(Handle creator) {
        return watch(creator)
                .thenApplyAsync(
                        watch -> {
                            watch.close();
                            return watch.document();
                        },
                        thread);
    }

    /** The keepalive of this moment, for a reader that was told of this t. */
    Frame keepalive(long told) {
        return frames.keepalive(Math.max(told, audiences.settled()));
    }

    /** This node's streams have ended, and it goes away. Completed when the database says so. */
    CompletableFuture<Void> end() {
        return CompletableFuture.supplyAsync(recorder::end, thread).thenCompose(ended -> ended);
    }

    /** Where the streams had no time to end before, what they were is still kept for a while. */
    void stop(@Observes ShutdownEvent event) {
        try {
            if (peer.isReady()) {
                end().get(LAST_WRITE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (Exception e) {
            LOG.debugf(e, "The end of this node could not be written; others find out");
        }
        scheduler.shutdownNow();
        readers.shutdownNow();
        actions.close();
    }
}

package page.bits.transactor;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The life of this process: it loads the peer library, waits as a standby until it holds the storage's lock, and then is the
 * active transactor, telling peers through the storage where it is, until the process ends. One thread does all of this.
 *
 * <p>The lock makes it unlikely that two are active; that two never both commit rests on the log alone, which each database's
 * writer claims when it opens it and extends by compare-and-set.
 */
@Singleton
class Transactor {

    /** Which of its states this process is in; each is followed by the next, and ACTIVE by the end of the process. */
    enum State {
        LOADING,
        STANDBY,
        ACTIVE
    }

    private static final Logger LOG = Logger.getLogger(Transactor.class);
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);

    private final TransactorConfig config;
    private final PostgresStorage storage;
    private final TransactorMetrics metrics;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread life = new Thread(this::live, "bits-transactor");
    private volatile State state = State.LOADING;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bits-isolation-watch");
        thread.setDaemon(true);
        return thread;
    });
    private volatile long confirmedAt;
    private volatile Broker broker;
    private volatile Databases databases;

    Transactor(TransactorConfig config, PostgresStorage storage, TransactorMetrics metrics) {
        this.config = config;
        this.storage = storage;
        this.metrics = metrics;
    }

    State state() {
        return state;
    }

    void onStart(@Observes StartupEvent event) {
        Plausibility.require(config);
        LOG.warn("This is Bits' embedded transactor, for development, tests and the local cluster."
                + " Hosted installs run Datomic Pro's own transactor.");
        if (!LOOPBACK.contains(config.host())) {
            LOG.warnf(
                    "Peers may connect to %s from other machines. The key of that connection, TLS or not, is in a public"
                            + " jar: keep it in a network you trust.",
                    config.host());
        }
        life.setDaemon(true);
        life.start();
    }

    void onStop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        watch.shutdownNow();
        life.interrupt();
        // No longer: loading the peer library takes seconds and can't be interrupted.
        life.join(STOP_PATIENCE.toMillis());
        if (databases != null) {
            databases.close();
        }
        if (broker != null) {
            broker.close();
        }
        storage.releaseLock();
    }

    private void live() {
        try {
            PeerLibrary library = PeerLibrary.load();
            // Before this process may be needed, so that a port in use is found out while another is active.
            Endpoint endpoint = Endpoint.of(config);
            broker = new Broker(endpoint, config);
            broker.start();
            metrics.observe(broker);
            createTable();
            awaitLock();
            activate(library, endpoint);
        } catch (InterruptedException e) {
            LOG.debug("Stopped");
        } catch (Throwable e) {
            if (stopping.getCount() > 0) {
                FailStop.now("The transactor can't go on", e);
            }
        }
    }

    private void createTable() throws SQLException, InterruptedException {
        while (true) {
            try {
                storage.createTableIfMissing();
                return;
            } catch (SQLException e) {
                if (PostgresStorage.isRefusal(e)) {
                    throw e;
                }
                LOG.warnf("No storage yet, trying again: %s", e.getMessage());
                pause(RETRY);
            }
        }
    }

    private void awaitLock() throws InterruptedException {
        while (!takesLock()) {
            if (state == State.LOADING) {
                state = State.STANDBY;
                LOG.info("Standing by: another transactor is active");
            }
            pause(config.standbyInterval());
        }
    }

    private boolean takesLock() {
        try {
            return storage.holdsOrTakesLock();
        } catch (SQLException e) {
            LOG.warnf("The storage can't be asked who is active: %s", e.getMessage());
            return false;
        }
    }

    private void activate(PeerLibrary library, Endpoint endpoint) throws Exception {
        PeerLibrary.Storage opened = library.openStorage(config.storageUrl());
        databases = new Databases(library, opened, broker, config, metrics);
        databases.start();
        library.beat(opened, endpoint, Instant.now());
        confirmedAt = System.nanoTime();
        startWatch();
        state = State.ACTIVE;
        LOG.infof("Active: peers connect to %s", endpoint);
        boolean told = true;
        while (true) {
            // Soon after it could not be told: at the usual interval, an outage of seconds would outlast the limit.
            pause(told ? config.heartbeatInterval() : RETRY);
            told = isStillActive();
            if (told) {
                try {
                    library.beat(opened, endpoint, Instant.now());
                } catch (TimeoutException e) {
                    LOG.warnf("%s", e.getMessage());
                }
            }
        }
    }

    /** False when that can't be told now; where another is active, this process is at its end. */
    private boolean isStillActive() {
        try {
            if (!storage.holdsOrTakesLock()) {
                FailStop.now("Another transactor has become active", null);
            }
            confirmedAt = System.nanoTime();
            return true;
        } catch (SQLException e) {
            LOG.warnf("No heartbeat, since the storage can't be reached: %s", e.getMessage());
            return false;
        }
    }

    /**
     * Ends an active transactor that is cut off from its storage, or was paused, before peers that still reach it take its
     * word for what is newest while another is active.
     */
    private void startWatch() {
        watch.scheduleAtFixedRate(
                () -> {
                    if (System.nanoTime() - confirmedAt
                            > config.isolationLimit().toNanos()) {
                        FailStop.now("For " + config.isolationLimit() + " nobody could say who is active", null);
                    }
                },
                WATCH_INTERVAL.toMillis(),
                WATCH_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void pause(Duration pause) throws InterruptedException {
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the application stops");
        }
    }
}

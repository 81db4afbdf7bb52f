package page.bits.peer;

import clojure.lang.IExceptionInfo;
import clojure.lang.Keyword;
import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.ListenableFuture;
import datomic.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * This process's Datomic peer of one database: connects in the background once {@linkplain #start() started}, sees to the
 * schema, and runs the one {@link TransactionFeed} of that database. It is {@linkplain #isReady() ready} once the schema is
 * there and the feed has begun; until then every other method throws {@link PeerUnavailableException}. All methods may be
 * called from any thread.
 */
public class DatomicPeer {

    private static final Logger LOG = Logger.getLogger(DatomicPeer.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Of all peers of this process: the first calls load Datomic's namespaces, which Clojure can't do on two threads at once. */
    private static final ReentrantLock CONNECTING = new ReentrantLock();

    private static final Keyword ANOMALY = Keyword.intern("cognitect.anomalies", "category");
    private static final Keyword UNAVAILABLE = Keyword.intern("cognitect.anomalies", "unavailable");
    private static final Keyword INCORRECT = Keyword.intern("cognitect.anomalies", "incorrect");
    private static final Keyword CONFLICT = Keyword.intern("cognitect.anomalies", "conflict");
    private static final Keyword QUEUE_EXCEEDED = Keyword.intern("db.error", "peer-queue-exceeded");
    private static final Keyword RELEASED = Keyword.intern("db.error", "connection-released");

    private final DatomicConfig config;
    private final Schema schema;
    private final List<TransactionListener> listeners;
    private final Runnable giveUp;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread starter = new Thread(this::open);
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile Session session;

    /**
     * @param schema what has to be there; installed where the configuration says so
     * @param listeners hear of every transaction from when the peer is ready
     * @param giveUp ends the process, which is of no use without its database; called from the thread that connects
     */
    public DatomicPeer(DatomicConfig config, Schema schema, List<TransactionListener> listeners, Runnable giveUp) {
        this.config = config;
        this.schema = schema;
        this.listeners = listeners;
        this.giveUp = giveUp;
    }

    /** What exists only once the database is there. */
    private record Session(Connection connection, TransactionFeed feed, BasisConfirmation confirmation) {}

    /** Begins to connect, in the background; to be called once. */
    public void start() {
        starter.setName("bits-datomic-start " + database());
        starter.setDaemon(true);
        starter.start();
    }

    /** Ends the feed and releases the connection; a peer can't be started again. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        starter.interrupt();
        // No longer: loading Datomic's classes takes seconds and can't be interrupted, and a process that ends need not
        // see it.
        starter.join(STOP_PATIENCE.toMillis());
        Session ended = session;
        if (ended != null) {
            // The feed first: until it has ended, listeners may still ask for the database.
            ended.feed().close();
            session = null;
            ended.confirmation().close();
            ended.connection().release();
        }
    }

    /** Whether the database, its schema and the feed are there. */
    public boolean isReady() {
        return session != null;
    }

    /** Completes when this peer is ready, on the thread that connected, so continue elsewhere; never if that fails. */
    public CompletableFuture<Void> whenReady() {
        return ready.copy();
    }

    /** The newest database value this peer has. */
    public Database db() {
        return session().connection().db();
    }

    /**
     * Asks the transactor for its newest basis.
     *
     * @return a database value that holds every transaction acknowledged before the call, whichever node it came through;
     *     fails with {@link PeerUnavailableException} when there is no answer within {@code wait}. Completed on one of
     *     Datomic's threads or the JDK's one thread for time-outs, so continue elsewhere
     */
    public CompletableFuture<Database> sync(Duration wait) {
        Session current = session;
        if (current == null) {
            return CompletableFuture.failedFuture(notThereYet());
        }
        CompletableFuture<Database> reply =
                new CompletableFuture<Database>().orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Database> newest = new CompletableFuture<>();
        reply.whenComplete((db, failure) -> {
            if (failure == null) {
                newest.complete(db);
            } else {
                newest.completeExceptionally(
                        new PeerUnavailableException("the transactor did not tell its basis", failure));
            }
        });
        try {
            ListenableFuture<Database> asked = current.connection().sync();
            asked.addListener(() -> forward(asked, reply), Runnable::run);
        } catch (Exception e) {
            reply.completeExceptionally(e);
        }
        return newest;
    }

    /** The feed of every transaction since this process connected. */
    public TransactionFeed feed() {
        return session().feed();
    }

    /** Whether this node failed for {@link DatomicConfig#staleAfter()} to confirm that its basis is the database's. */
    public boolean isStale() {
        Session current = session;
        return current == null || current.confirmation().isStale();
    }

    /** How long ago it was that this node could last confirm that its basis is the database's. */
    public Duration unconfirmedFor() {
        return session().confirmation().age();
    }

    /**
     * Submits one transaction and returns at once; only with {@code datomic:mem} is it the calling thread that does the work.
     *
     * @return completed on one of Datomic's threads or the JDK's one thread for time-outs, so continue elsewhere; fails with
     *     {@link PeerUnavailableException} (never submitted), {@link OutcomeUnknownException} or
     *     {@link TransactionRejectedException}
     */
    @SuppressWarnings("rawtypes") // Datomic's maps are raw
    public CompletableFuture<Committed> transact(List<?> data) {
        Session current = session;
        if (current == null) {
            return CompletableFuture.failedFuture(notThereYet());
        }
        CompletableFuture<Map> reply =
                new CompletableFuture<Map>().orTimeout(config.transactTimeout().toMillis(), TimeUnit.MILLISECONDS);
        // Not a stage of the reply: that would hand on each failure wrapped in a CompletionException.
        CompletableFuture<Committed> outcome = new CompletableFuture<>();
        reply.whenComplete((result, failure) -> settle(outcome, result, failure));
        try {
            ListenableFuture<Map> submitted = current.connection().transactAsync(data);
            submitted.addListener(() -> forward(submitted, reply), Runnable::run);
        } catch (Exception e) {
            // Thrown here and not from the future: nothing was sent.
            outcome.completeExceptionally(
                    isUnavailable(e) || isUnsubmitted(e)
                            ? new PeerUnavailableException("the transactor is away", e)
                            : new TransactionRejectedException(e));
            reply.cancel(false);
        }
        return outcome;
    }

    private static <T> void forward(Future<T> answer, CompletableFuture<T> reply) {
        try {
            reply.complete(answer.get());
        } catch (ExecutionException e) {
            reply.completeExceptionally(e.getCause());
        } catch (Exception e) {
            reply.completeExceptionally(e);
        }
    }

    private void settle(CompletableFuture<Committed> outcome, Map<?, ?> result, Throwable failure) {
        try {
            if (failure == null) {
                outcome.complete(committed(result));
            } else {
                outcome.completeExceptionally(meaningOf(failure));
            }
        } catch (RuntimeException e) {
            outcome.completeExceptionally(new OutcomeUnknownException("the reply could not be read", e));
        }
    }

    @SuppressWarnings("unchecked") // Connection.TX_DATA is documented to hold datoms
    private static Committed committed(Map<?, ?> result) {
        Database db = (Database) result.get(Connection.DB_AFTER);
        Transaction transaction = Transaction.of(db.basisT(), (Iterable<Datom>) result.get(Connection.TX_DATA));
        return new Committed(transaction.t(), transaction.at(), db);
    }

    /** What a failure after the transaction was sent means: unless Datomic blames the data, it may have happened. */
    private RuntimeException meaningOf(Throwable failure) {
        if (isUnsubmitted(failure)) {
            return new PeerUnavailableException("too many transactions are waiting", failure);
        }
        if (isRefusal(failure)) {
            return new TransactionRejectedException(failure);
        }
        String what = failure instanceof TimeoutException
                ? "no answer within " + config.transactTimeout().toMillis() + " ms"
                : "no answer that tells the outcome";
        return new OutcomeUnknownException(what, failure);
    }

    /** Whether the transactor blames what it was asked. */
    static boolean isRefusal(Throwable cause) {
        Object anomaly = anomalyOf(cause);
        return INCORRECT.equals(anomaly) || CONFLICT.equals(anomaly);
    }

    private static boolean isUnavailable(Throwable cause) {
        return UNAVAILABLE.equals(anomalyOf(cause));
    }

    private static boolean isUnsubmitted(Throwable cause) {
        Object error = TransactionRejectedException.errorOf(cause);
        return QUEUE_EXCEEDED.equals(error) || RELEASED.equals(error);
    }

    private static Object anomalyOf(Throwable cause) {
        return cause instanceof IExceptionInfo info ? info.getData().valAt(ANOMALY) : null;
    }

    private Session session() {
        Session current = session;
        if (current == null) {
            throw notThereYet();
        }
        return current;
    }

    private static PeerUnavailableException notThereYet() {
        return new PeerUnavailableException("the database is not there yet");
    }

    private void open() {
        Instant begun = Instant.now();
        Connection connection = null;
        try {
            connection = connect(begun.plus(config.connectTimeout()));
            if (config.installSchema()) {
                schema.install(connection, config.transactTimeout());
            }
            awaitSchema(connection);
            confirmBasis(connection);
            LOG.infof(
                    "Connected to %s at t %d, epoch %s, after %d ms",
                    address(),
                    connection.db().basisT(),
                    Epoch.of(connection.db()),
                    Duration.between(begun, Instant.now()).toMillis());
            begin(connection);
        } catch (InterruptedException e) {
            LOG.debug("Stopped while connecting");
        } catch (Throwable e) {
            // Errors too: a process whose starter has died silently would never be ready and never end.
            if (stopping.getCount() == 0) {
                LOG.debugf(e, "Stopped while connecting");
                return;
            }
            LOG.errorf(e, "The database at %s can't be used", address());
            giveUp.run();
        } finally {
            if (session == null && connection != null) {
                connection.release();
            }
        }
    }

    private void begin(Connection connection) throws InterruptedException {
        if (stopping.getCount() == 0) {
            throw new InterruptedException("the application has stopped");
        }
        TransactionSource source = new DatomicTransactionSource(connection);
        TransactionFeed feed = new TransactionFeed(database(), source, source.basis(), config.feedTick(), listeners);
        // Before the feed starts, since a listener may ask for the database as soon as it hears of a transaction.
        session = new Session(connection, feed, new BasisConfirmation(database(), connection, config));
        feed.start();
        ready.complete(null);
    }

    /** Tries until it works, the time is up or the application stops. */
    private Connection connect(Instant deadline) throws InterruptedException {
        LOG.infof("Connecting to %s", address());
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return tryToConnect();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                // Where the storage is away that is an ExecutionException or SQLException, which Datomic does not
                // declare.
                String reason = e.toString().replace(config.uri(), address());
                if (Instant.now().plus(pause).isAfter(deadline)) {
                    throw new PeerUnavailableException("no database within " + config.connectTimeout() + ": " + reason);
                }
                LOG.infof("No database at %s yet (%s); next try in %d ms", address(), reason, pause.toMillis());
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Connection tryToConnect() throws InterruptedException {
        CONNECTING.lockInterruptibly();
        try {
            if (config.installSchema()) {
                Peer.createDatabase(config.uri());
            }
            return Peer.connect(config.uri());
        } finally {
            CONNECTING.unlock();
        }
    }

    private void awaitSchema(Connection connection) throws InterruptedException {
        boolean told = false;
        while (!schema.isInstalled(connection.db())) {
            if (!told) {
                LOG.infof("Waiting for the schema of %s, which action-service installs", address());
                told = true;
            }
            pause(FIRST_PAUSE);
        }
    }

    /**
     * A peer reads its database from the storage when it connects; what was acknowledged until then it has for certain only
     * when the transactor says so.
     */
    private void confirmBasis(Connection connection) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                connection.sync().get(config.transactTimeout().toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (!told) {
                    LOG.infof("Waiting for the transactor to confirm the basis of %s: %s", address(), e);
                    told = true;
                }
            }
            pause(FIRST_PAUSE);
        }
    }

    private void pause(Duration pause) throws InterruptedException {
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the application stops");
        }
    }

    /** The name of the database: what threads and the log tell it by from another one of this process. */
    private String database() {
        return address().replaceFirst("^datomic:[a-z]+://", "");
    }

    /** The URI without what follows a question mark, where a JDBC URL bears its password. */
    private String address() {
        int query = config.uri().indexOf('?');
        return query < 0 ? config.uri() : config.uri().substring(0, query);
    }
}

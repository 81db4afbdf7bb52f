package page.bits.view.live;

import datomic.Database;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Transaction;
import page.bits.peer.TransactionListener;
import page.bits.sse.Channel;
import page.bits.view.Feature;
import page.bits.view.Features;
import page.bits.view.Json;
import page.bits.view.ViewKey;
import page.bits.view.ViewsConfig;

/**
 * The views that somebody watches. Tells each of them of the transactions that touch it, and forgets a view when its last
 * watcher leaves.
 *
 * <p>The features, which may look into the database, are asked on a thread of their own: the pump only puts transactions into
 * a bounded queue. Should that ever be full, what waits in it is dropped and every watched view is looked at once: nothing is
 * missed, because a view is rendered from the database and not from transactions.
 */
@ApplicationScoped
public class LiveViews implements TransactionListener {

    private static final Logger LOG = Logger.getLogger(LiveViews.class);

    private final DatomicPeer peer;
    private final Features features;
    private final Json json;
    private final ViewsConfig config;
    private final Map<ViewKey, Watched<?>> watched = new ConcurrentHashMap<>();
    private final Tracing tracing;
    private final BlockingQueue<Arrival> arrivals;
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final ExecutorService threads;
    private final Thread dispatcher = new Thread(this::dispatch, "bits-dispatch");

    /** A view and how many watch it; the number changes only within {@code watched.compute}. */
    private record Watched<V>(LiveView<V> view, int watchers) {}

    /** A transaction, and when the pump brought it. */
    private record Arrival(Transaction transaction, Instant at) {}

    LiveViews(DatomicPeer peer, Features features, Json json, ViewsConfig config, Tracing tracing) {
        this.peer = peer;
        this.features = features;
        this.json = json;
        this.config = config;
        this.tracing = tracing;
        this.arrivals = new ArrayBlockingQueue<>(config.transactionQueue());
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(config.renderThreads(), task -> {
            Thread thread = new Thread(task, "bits-render-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        dispatcher.setDaemon(true);
        dispatcher.start();
    }

    /** A watcher's hold on a view: it is kept up to date until this is closed. */
    public interface Watch extends AutoCloseable {

        Channel channel(Format format);

        /** Has the view look at the newest database value before it answers the next reader. */
        void lookAgain();

        /** Call once. */
        @Override
        void close();
    }

    /** Starts to watch a view; none where there is no such feature or key. Any thread; completed on any. */
    public CompletionStage<Optional<Watch>> watch(ViewKey key) {
        Optional<Feature<?>> feature = features.named(key.feature());
        if (feature.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        LiveView<?> view = watched.compute(
                        key,
                        (name, known) -> known == null
                                ? new Watched<>(liveView(key, feature.get()), 1)
                                : new Watched<>(known.view(), known.watchers() + 1))
                .view();
        return view.begun()
                .thenApply(exists -> exists ? Optional.of(watch(key, view)) : Optional.<Watch>empty())
                .whenComplete((watch, failure) -> {
                    if (failure != null || watch.isEmpty()) {
                        release(key);
                    }
                });
    }

    /** How many views are watched. */
    public int size() {
        return watched.size();
    }

    /** Threads for whoever has to look into the database on the way to a view. */
    public ExecutorService threads() {
        return threads;
    }

    @Override
    public void onTransaction(Transaction transaction) {
        Arrival arrival = new Arrival(transaction, Instant.now());
        if (!arrivals.offer(arrival)) {
            overflowed.set(true);
            // The dispatcher may have emptied the queue before it could see that: then this is what it wakes up for.
            arrivals.offer(arrival);
        }
    }

    private <V> LiveView<V> liveView(ViewKey key, Feature<V> feature) {
        PushTraces traces = tracing.pushesOf(key, () -> watchers(key));
        return new LiveView<>(key, feature, peer::db, json, threads, config.resumeCache(), traces);
    }

    private int watchers(ViewKey key) {
        Watched<?> view = watched.get(key);
        return view == null ? 0 : view.watchers();
    }

    private Watch watch(ViewKey key, LiveView<?> view) {
        return new Watch() {
            @Override
            public Channel channel(Format format) {
                return view.channel(format);
            }

            @Override
            public void lookAgain() {
                view.touch();
            }

            @Override
            public void close() {
                release(key);
            }
        };
    }

    private void release(ViewKey key) {
        watched.computeIfPresent(
                key, (name, known) -> known.watchers() == 1 ? null : new Watched<>(known.view(), known.watchers() - 1));
    }

    private void dispatch() {
        try {
            while (true) {
                Arrival arrival = arrivals.take();
                if (overflowed.getAndSet(false)) {
                    arrivals.clear();
                    LOG.warnf(
                            "More than %d transactions waited: looking at all watched views",
                            config.transactionQueue());
                    watched.values().forEach(each -> each.view().touch());
                } else {
                    features.all().forEach(feature -> touch(feature, arrival));
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The dispatcher ends");
        }
    }

    private void touch(Feature<?> feature, Arrival arrival) {
        if (watched.isEmpty()) {
            return;
        }
        Transaction transaction = arrival.transaction();
        try {
            Database db = peer.db();
            for (String key : feature.touched(transaction, db)) {
                Watched<?> view = watched.get(new ViewKey(feature.name(), key));
                if (view != null) {
                    view.view().touch(tracing.causeIn(transaction, arrival.at(), db));
                }
            }
        } catch (Throwable e) {
            // Whatever it is, a checked exception that Datomic does not declare included: the next transaction must
            // find this
            // thread alive.
            LOG.errorf(
                    e,
                    "%s could not tell what transaction %s touches: looking at all its views",
                    feature.name(),
                    transaction.t());
            touchAll(feature);
        }
    }

    private void touchAll(Feature<?> feature) {
        watched.forEach((key, view) -> {
            if (key.feature().equals(feature.name())) {
                view.view().touch();
            }
        });
    }

    @PreDestroy
    void stop() {
        dispatcher.interrupt();
        threads.shutdownNow();
    }
}

package page.bits.view.live;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import page.bits.peer.DatomicPeer;
import page.bits.peer.PeerUnavailableException;
import page.bits.peer.Transaction;
import page.bits.peer.TransactionListener;
import page.bits.sse.Channel;
import page.bits.view.Feature;
import page.bits.view.Features;
import page.bits.view.ViewKey;
import page.bits.view.ViewsConfig;

/**
 * The views that somebody watches, and the {@linkplain Topic topics} that show them. Tells each of the transactions that touch
 * it, and forgets it when its last watcher leaves.
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
    private final Frames frames;
    private final FrameCache answers;
    private final LiveMetrics metrics;
    private final ViewsConfig config;
    private final Tracing tracing;

    /** Read by the dispatcher, changed under the lock of {@link #topics}. */
    private final Map<ViewKey, LiveView<?>> watched = new ConcurrentHashMap<>();

    private final Map<Selection, Watched> topics = new HashMap<>();

    /** The few of them to which something is outstanding: streams that are greeted ask for that, one by one. */
    private final Set<Topic> unsettled = ConcurrentHashMap.newKeySet();

    private final BlockingQueue<Arrival> arrivals;
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final ExecutorService threads;
    private final ExecutorService aside;
    private final Thread dispatcher = new Thread(this::dispatch, "bits-dispatch");
    private volatile long toldOf;

    /** A topic and how many watch it. */
    private static final class Watched {
        private final Topic topic;
        private int watchers;

        Watched(Topic topic) {
            this.topic = topic;
        }
    }

    /** A transaction, and when the pump brought it. */
    private record Arrival(Transaction transaction, Instant at) {

        long t() {
            return transaction.t().value();
        }
    }

    LiveViews(
            DatomicPeer peer,
            Features features,
            Frames frames,
            FrameCache answers,
            LiveMetrics metrics,
            ViewsConfig config,
            Tracing tracing,
            MeterRegistry registry) {
        this.peer = peer;
        this.features = features;
        this.frames = frames;
        this.answers = answers;
        this.metrics = metrics;
        this.config = config;
        this.tracing = tracing;
        this.arrivals = new ArrayBlockingQueue<>(config.transactionQueue());
        this.threads = threads("bits-render-", config.renderThreads());
        this.aside = threads("bits-answer-", config.answerThreads());
        Gauge.builder("bits.views.watched", watched, Map::size)
                .description("Views that somebody watches")
                .register(registry);
        Gauge.builder("bits.views.settled.t", this, LiveViews::settled)
                .description("The t up to which all that concerns watched views has been handed to the streams")
                .register(registry);
        Gauge.builder("bits.views.waiting", arrivals, BlockingQueue::size)
                .description("Transactions that wait for the features to tell what they touch")
                .register(registry);
        dispatcher.setDaemon(true);
        dispatcher.start();
    }

    private static ExecutorService threads(String name, int count) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A watcher's hold on a topic: it is kept up to date until this is closed. */
    public interface Watch extends AutoCloseable {

        Channel channel(Format format);

        /** Whether there is any of it now, or at what it was to {@link #reach}. */
        CompletionStage<Boolean> isThere();

        /** Whether there was any of it at some t that this node has reached. */
        CompletionStage<Boolean> wasThere(long t);

        /** Has whatever is told from now on be at least as new as a t that this node has reached. */
        void reach(long t);

        /** Call once. */
        @Override
        void close();
    }

    /**
     * Starts to watch some views. Any thread; completed on any.
     *
     * @throws IllegalArgumentException if there is no such feature
     */
    public CompletionStage<Watch> watch(Selection selection) {
        Topic topic;
        synchronized (topics) {
            Watched known = topics.get(selection);
            if (known == null) {
                known = new Watched(topic(selection));
                topics.put(selection, known);
            }
            known.watchers++;
            topic = known.topic;
        }
        return topic.begun().thenApply(begun -> watch(selection, topic)).whenComplete((watch, failure) -> {
            if (failure != null) {
                release(selection);
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

    /**
     * The t up to which everything that concerns watched views has gone to their channels: a reader that has all that its
     * channel had, has what there is at that t. Never less than before.
     */
    public long settled() {
        // In this order: what is touched before t is told of is known to its topic by then.
        long settled = toldOf();
        for (Topic topic : unsettled) {
            settled = Math.min(settled, topic.unsettledSince() - 1);
        }
        return settled;
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

    /** Under the lock. */
    private Topic topic(Selection selection) {
        // All of them before any is watched.
        Map<ViewKey, Feature<?>> shownBy = new LinkedHashMap<>();
        for (ViewKey key : selection.views()) {
            shownBy.put(
                    key,
                    features.named(key.feature())
                            .orElseThrow(() -> new IllegalArgumentException("no feature '" + key.feature() + "'")));
        }
        List<LiveView<?>> views = new ArrayList<>();
        shownBy.forEach((key, feature) ->
                views.add(watched.computeIfAbsent(key, name -> new LiveView<>(name, feature, this::toldOf))));
        PushTraces traces = tracing.pushesOf(selection, () -> watchers(selection));
        Topic topic =
                new Topic(selection, views, peer::db, frames, answers, metrics, threads, aside, unsettled, traces);
        views.forEach(view -> view.topics().add(topic));
        topic.begin();
        return topic;
    }

    /** The t up to which the features have told of each transaction what it touches. */
    private long toldOf() {
        try {
            return Math.max(toldOf, peer.feed().after().value());
        } catch (PeerUnavailableException e) {
            // Before it is there, or while the application stops.
            return toldOf;
        }
    }

    private int watchers(Selection selection) {
        synchronized (topics) {
            Watched known = topics.get(selection);
            return known == null ? 0 : known.watchers;
        }
    }

    private Watch watch(Selection selection, Topic topic) {
        return new Watch() {
            @Override
            public Channel channel(Format format) {
                return topic.channel(format);
            }

            @Override
            public CompletionStage<Boolean> isThere() {
                return topic.isThere();
            }

            @Override
            public CompletionStage<Boolean> wasThere(long t) {
                return topic.wasThere(t);
            }

            @Override
            public void reach(long t) {
                topic.reach(t);
            }

            @Override
            public void close() {
                release(selection);
            }
        };
    }

    private void release(Selection selection) {
        synchronized (topics) {
            Watched known = topics.get(selection);
            if (--known.watchers > 0) {
                return;
            }
            topics.remove(selection);
            known.topic.end();
            for (ViewKey key : selection.views()) {
                LiveView<?> view = watched.get(key);
                view.topics().remove(known.topic);
                if (view.topics().isEmpty()) {
                    watched.remove(key);
                }
            }
        }
    }

    private void dispatch() {
        try {
            while (true) {
                Arrival arrival = arrivals.take();
                if (overflowed.getAndSet(false)) {
                    overflow(arrival);
                } else {
                    dispatch(arrival);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The dispatcher ends");
        }
    }

    private void overflow(Arrival first) {
        LOG.warnf("More than %d transactions waited: looking at all watched views", config.transactionQueue());
        List<Arrival> dropped = new ArrayList<>(List.of(first));
        arrivals.drainTo(dropped);
        // Beyond the last that waits, others were dropped before they could: what they touch is in this basis.
        long basis = basis();
        touch(
                watched.values(),
                first.t(),
                basis,
                dropped.get(dropped.size() - 1).t(),
                Optional.empty());
    }

    /** Of the newest database value; of none, beyond all, while the application stops. */
    private long basis() {
        try {
            return peer.db().basisT();
        } catch (PeerUnavailableException e) {
            return Long.MAX_VALUE - 1;
        }
    }

    private void dispatch(Arrival arrival) {
        if (watched.isEmpty()) {
            toldOf = arrival.t();
            return;
        }
        Set<LiveView<?>> touched = new LinkedHashSet<>();
        features.all().forEach(feature -> touched.addAll(touched(feature, arrival.transaction())));
        touch(touched, arrival.t(), arrival.t(), arrival.t(), touched.isEmpty() ? Optional.empty() : cause(arrival));
    }

    private Optional<Cause> cause(Arrival arrival) {
        try {
            return tracing.causeIn(arrival.transaction(), arrival.at(), peer.db());
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it: a push without a trace is better than no more pushes.
            LOG.debugf(
                    e,
                    "The trace of transaction %s can't be continued",
                    arrival.transaction().t());
            return Optional.empty();
        }
    }

    private List<LiveView<?>> touched(Feature<?> feature, Transaction transaction) {
        try {
            List<LiveView<?>> touched = new ArrayList<>();
            for (String key : feature.touched(transaction, peer.db())) {
                LiveView<?> view = watched.get(new ViewKey(feature.name(), key));
                if (view != null) {
                    touched.add(view);
                }
            }
            return touched;
        } catch (Throwable e) {
            // Whatever it is, a checked exception that Datomic does not declare included: the next transaction must
            // find this thread alive.
            LOG.errorf(
                    e,
                    "%s could not tell what transaction %s touches: looking at all its views",
                    feature.name(),
                    transaction.t());
            return watched.values().stream()
                    .<LiveView<?>>filter(view -> view.name().feature().equals(feature.name()))
                    .toList();
        }
    }

    /**
     * @param first the t of the first transaction that may have touched them
     * @param last a t that none is beyond which may have touched them
     * @param through the t up to which, with this, all has been told
     */
    private void touch(Iterable<LiveView<?>> views, long first, long last, long through, Optional<Cause> cause) {
        Set<Topic> topics = new LinkedHashSet<>();
        for (LiveView<?> view : views) {
            view.touchedBy(first, last);
            topics.addAll(view.topics());
        }
        topics.forEach(topic -> topic.touchedBy(first, cause));
        // Before a topic renders, so that it finds its other views known to be as they were.
        toldOf = through;
        topics.forEach(Topic::renderTouched);
    }

    @PreDestroy
    void stop() {
        dispatcher.interrupt();
        threads.shutdownNow();
        aside.shutdownNow();
    }
}

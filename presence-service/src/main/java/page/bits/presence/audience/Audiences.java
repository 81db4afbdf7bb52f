package page.bits.presence.audience;

import datomic.Database;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import page.bits.presence.Handle;
import page.bits.presence.PresenceConfig;
import page.bits.presence.Pseudonyms;
import page.bits.presence.peer.NamedViewer;
import page.bits.sse.Channel;
import page.bits.streaming.NotYet;

/**
 * The audiences that somebody watches at this node. One is read from the database when its first watcher comes, follows the
 * transactions while there are any, and a little longer. So a transaction costs what it changes of those.
 *
 * <p>Confined to the thread of presence: every method is called there.
 */
public final class Audiences implements People {

    private final Supplier<Database> db;
    private final Executor thread;
    private final Executor readers;
    private final Pseudonyms pseudonyms;
    private final AudienceFrames frames;
    private final LongSupplier clock;
    private final long pushInterval;
    private final long keep;
    private final int maxLoading;
    private final int maxPast;
    private final Map<Handle, Watched> watched = new HashMap<>();
    private final Map<Long, Watched> byRoom = new HashMap<>();
    private final Set<Watched> loading = new HashSet<>();
    private final Set<LiveAudience> unpublished = new LinkedHashSet<>();

    /** Those that nobody watched at a time, in the order of those times. */
    private final Deque<Idle> idle = new ArrayDeque<>();

    private record Idle(Watched of, long since) {}

    private int pastReads;
    private long t;
    private volatile long settled;

    /**
     * @param db the newest database value
     * @param thread that of presence
     * @param readers where audiences are read from the database
     * @param clock in nanoseconds, monotonic
     */
    public Audiences(
            Supplier<Database> db,
            Executor thread,
            Executor readers,
            Pseudonyms pseudonyms,
            AudienceFrames frames,
            PresenceConfig config,
            LongSupplier clock) {
        this.db = db;
        this.thread = thread;
        this.readers = readers;
        this.pseudonyms = pseudonyms;
        this.frames = frames;
        this.clock = clock;
        this.pushInterval = config.pushInterval().toNanos();
        this.keep = config.idle().toNanos();
        this.maxLoading = config.maxLoading();
        this.maxPast = config.maxPast();
    }

    /** An audience and those who watch it. */
    private static final class Watched {

        private final Handle creator;
        private final CompletableFuture<LiveAudience> live = new CompletableFuture<>();

        /** What came while it was being read. */
        private List<PresenceTransaction> meanwhile = new ArrayList<>();

        /** Null while it is being read. */
        private LiveAudience loaded;

        private int watchers;
        private long idleSince;

        Watched(Handle creator) {
            this.creator = creator;
        }
    }

    /** Someone's interest in an audience. */
    public final class Watch {

        private final Watched of;
        private final LiveAudience live;
        private boolean closed;

        private Watch(Watched of, LiveAudience live) {
            this.of = of;
            this.live = live;
        }

        /** What its readers listen to. Any thread. */
        public Channel channel() {
            return live.channel();
        }

        /** As it is now. */
        public AudienceFrames.Snapshot document() {
            return live.document();
        }

        /** Only the first call counts. */
        public void close() {
            if (!closed) {
                closed = true;
                unwatch(of);
            }
        }
    }

    /**
     * Begins to watch.
     *
     * @return completed on this thread; fails where the database can't be read, or too many are being read
     */
    public CompletableFuture<Watch> watch(Handle creator) {
        if (loading.size() >= maxLoading && !watched.containsKey(creator)) {
            return CompletableFuture.failedFuture(
                    NotYet.because("This node is reading " + maxLoading + " audiences; try again."));
        }
        Watched of = watched.computeIfAbsent(creator, this::load);
        of.watchers++;
        return of.live.thenApply(live -> new Watch(of, live)).whenComplete((watch, failure) -> {
            if (failure != null) {
                unwatch(of);
            }
        });
    }

    private void unwatch(Watched of) {
        of.watchers--;
        if (of.watchers == 0) {
            of.idleSince = clock.getAsLong();
            idle.add(new Idle(of, of.idleSince));
        }
    }

    private Watched load(Handle creator) {
        Watched of = new Watched(creator);
        loading.add(of);
        CompletableFuture.supplyAsync(() -> Audience.of(db.get(), creator, pseudonyms), readers)
                .whenCompleteAsync((audience, failure) -> loaded(of, audience, failure), thread);
        return of;
    }

    private void loaded(Watched of, Audience audience, Throwable failure) {
        loading.remove(of);
        try {
            if (failure != null) {
                throw new CompletionException(failure);
            }
            begin(of, audience);
        } catch (Throwable e) {
            // Whatever it is: those who wait for it are to be told.
            forget(of);
            of.live.completeExceptionally(e);
        }
    }

    private void begin(Watched of, Audience audience) {
        audience.rooms().forEach(room -> byRoom.put(room, of));
        LiveAudience live = new LiveAudience(
                of.creator,
                audience,
                frames,
                at -> past(of.creator, at),
                () -> t,
                thread,
                clock.getAsLong() - pushInterval);
        of.loaded = live;
        of.meanwhile.forEach(transaction -> apply(of, transaction));
        of.meanwhile.clear();
        // What is settled already is not to be told later.
        publishDue();
        of.live.complete(live);
    }

    private Optional<CompletableFuture<List<NamedViewer>>> past(Handle creator, long at) {
        if (pastReads >= maxPast) {
            return Optional.empty();
        }
        pastReads++;
        return Optional.of(CompletableFuture.supplyAsync(
                        () -> Audience.shown(db.get().asOf(at), creator), readers)
                .whenCompleteAsync((shown, failure) -> pastReads--, thread));
    }

    /** Whether it is not known yet how people are shown in a creator's audience. */
    @Override
    public boolean isBeingRead(Handle creator) {
        Watched of = watched.get(creator);
        return of != null && of.loaded == null;
    }

    @Override
    public Optional<NamedViewer> person(Handle creator, String id) {
        return Optional.ofNullable(watched.get(creator))
                .map(of -> of.loaded)
                .flatMap(live -> live.audience().person(id));
    }

    /**
     * The t up to which all that happened in watched audiences has gone to their channels: a reader who has all that was
     * published has what there is at that t. Never less than before. Any thread.
     */
    public long settled() {
        return settled;
    }

    /** Every transaction after this t is handed over from now on. To be called first. */
    public void begin(long after) {
        t = after;
        settled = after;
    }

    /** The next transaction. */
    public void apply(PresenceTransaction transaction) {
        t = transaction.t();
        loading.forEach(of -> of.meanwhile.add(transaction));
        affected(transaction).forEach(of -> apply(of, transaction));
        publishDue();
    }

    /** Those that the transaction changes, which all are that a dead node had viewers of. */
    private Set<Watched> affected(PresenceTransaction transaction) {
        if (transaction.swept().findAny().isPresent()) {
            return watched.values().stream().filter(of -> of.loaded != null).collect(Collectors.toSet());
        }
        Set<Watched> affected = new HashSet<>();
        for (PresenceTransaction.RoomFact fact : transaction.rooms()) {
            Watched of = watched.get(fact.creator());
            if (of != null && of.loaded != null) {
                affected.add(of);
            }
        }
        transaction.viewers().forEach(fact -> {
            Watched of = byRoom.get(fact.room());
            if (of != null) {
                affected.add(of);
            }
        });
        return affected;
    }

    private void apply(Watched of, PresenceTransaction transaction) {
        Audience audience = of.loaded.audience();
        if (transaction.t() <= audience.basis()) {
            return;
        }
        for (PresenceTransaction.RoomFact fact : transaction.rooms()) {
            if (fact.creator().equals(of.creator)) {
                audience.addRoom(fact.room(), fact.node());
                byRoom.put(fact.room(), of);
            }
        }
        boolean changed = false;
        for (PresenceTransaction.ViewerFact fact : transaction.viewers()) {
            if (byRoom.get(fact.room()) == of) {
                audience.apply(fact, transaction.t());
                changed = true;
            }
        }
        for (long node : transaction.swept().toArray()) {
            List<Long> swept = audience.sweep(node);
            swept.forEach(byRoom::remove);
            changed |= !swept.isEmpty();
        }
        if (changed && of.loaded.changed(transaction.t())) {
            unpublished.add(of.loaded);
        }
    }

    /** To be called again and again: tells readers what has waited for its time, and lets go what nobody watches any more. */
    public void tick() {
        publishDue();
        long now = clock.getAsLong();
        while (!idle.isEmpty() && now - idle.peek().since() >= keep) {
            Idle longest = idle.poll();
            if (longest.of().watchers == 0 && longest.of().idleSince == longest.since()) {
                forget(longest.of());
            }
        }
    }

    private void publishDue() {
        long now = clock.getAsLong();
        publish(live -> live.publishDue(now, pushInterval));
    }

    private void publish(Predicate<LiveAudience> published) {
        unpublished.removeIf(published);
        // Only now: whoever reads it and then a channel's version is to see what it takes for published.
        settled = unpublished.stream().mapToLong(live -> live.changedAt() - 1).reduce(t, Math::min);
    }

    private void forget(Watched of) {
        watched.remove(of.creator, of);
        if (of.loaded != null) {
            of.loaded.audience().rooms().forEach(byRoom::remove);
            unpublished.remove(of.loaded);
        }
    }

    /** What {@code stale} says has changed, which all readers are about to be told: so they are told all else as well. */
    public void staleChanged() {
        publish(live -> live.publishDue(clock.getAsLong(), 0));
        watched.values().stream().filter(of -> of.loaded != null).forEach(of -> of.loaded.forgetFrames());
    }

    /** How many creators are watched. */
    public int size() {
        return watched.size();
    }
}

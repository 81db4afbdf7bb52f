package page.bits.view.live;

import datomic.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import page.bits.peer.Epoch;
import page.bits.sse.Channel;
import page.bits.sse.EventId;
import page.bits.sse.EventName;
import page.bits.sse.Frame;
import page.bits.sse.Update;

/**
 * What some streams show, one view or several in rounds: its newest state, and a channel for each format.
 *
 * <p>Its version is the basis t of the database value in which a change was first seen, so {@code asOf(version)} is exactly
 * the state, here and on every other node. When a transaction {@linkplain #touchedBy touches} one of its views, those that may be
 * others are rendered once from the newest database value, so all of a state are of one; transactions that come faster than
 * that are conflated. Readers that ask for a frame from a t of their own get the difference between {@code asOf} that t and the
 * state.
 *
 * <p>The state is confined to a {@link SerialExecutor}: rendering and answering never run at the same time, so an answer leads
 * to the version that the channels have. Only who comes from a t of which nothing is remembered is answered {@code aside}: that
 * costs a look at the past, for any t that somebody makes up, and those who are up to date would have to wait for it. Such an
 * answer may come late; its reader then asks for the rest, from a t that is remembered.
 */
final class Topic {

    /** Of a topic to which nothing is outstanding. */
    static final long SETTLED = Long.MAX_VALUE;

    private static final Logger LOG = Logger.getLogger(Topic.class);
    private static final Duration RENDER_AGAIN_AFTER = Duration.ofSeconds(1);

    private final Selection selection;
    private final List<LiveView<?>> views;
    private final Supplier<Database> newest;
    private final Frames frames;
    private final FrameCache answers;
    private final LiveMetrics metrics;
    private final Executor serial;
    private final Executor aside;
    private final Set<Topic> unsettled;
    private final PushTraces traces;
    private final Map<Format, Channel> channels = new EnumMap<>(Format.class);
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Object touches = new Object();
    private long touchedAt = SETTLED;
    private long renderingOf = SETTLED;
    private boolean ended;

    private State state;
    private long validAt;
    private long reach;

    /** What the views were at a version. */
    private record State(EventId id, List<Rendering<?>> parts) {

        long version() {
            return id.version();
        }

        boolean isGone() {
            return parts.stream().noneMatch(Rendering::isThere);
        }
    }

    /**
     * @param newest the newest database value of this node, at the time of the call
     * @param aside where answers to those are computed who come from a t of which nothing is remembered
     * @param unsettled where it is while something is outstanding to it; of any thread
     */
    Topic(
            Selection selection,
            List<LiveView<?>> views,
            Supplier<Database> newest,
            Frames frames,
            FrameCache answers,
            LiveMetrics metrics,
            Executor threads,
            Executor aside,
            Set<Topic> unsettled,
            PushTraces traces) {
        this.selection = selection;
        this.views = views;
        this.newest = newest;
        this.frames = frames;
        this.answers = answers;
        this.metrics = metrics;
        this.serial = new SerialExecutor(threads);
        this.aside = aside;
        this.unsettled = unsettled;
        this.traces = traces;
        for (Format format : Format.values()) {
            channels.put(format, new Channel(from -> since(format, from), 0));
        }
    }

    /** Renders it for the first time, once its views hear of what touches them. */
    void begin() {
        serial.execute(() -> {
            try {
                Database db = newest.get();
                state = state(db, at(db));
                validAt = db.basisT();
                begun.complete(null);
            } catch (Throwable e) {
                begun.completeExceptionally(e);
            }
        });
    }

    /** Completes once it has been rendered for the first time. */
    CompletionStage<Void> begun() {
        return begun;
    }

    /** Whether there is any of it to watch, at whatever it was to {@link #reach} or later. */
    CompletionStage<Boolean> isThere() {
        return CompletableFuture.supplyAsync(
                () -> {
                    renderIfTooOld();
                    return !state.isGone();
                },
                serial);
    }

    /** Whether there was any of it at some t, which this node has reached. */
    CompletionStage<Boolean> wasThere(long t) {
        return CompletableFuture.supplyAsync(() -> asOf(t).stream().anyMatch(Rendering::isThere), aside);
    }

    Channel channel(Format format) {
        return channels.get(format);
    }

    /** Has the next answers to readers be at least as new as a t that this node has reached. */
    void reach(long t) {
        serial.execute(() -> reach = Math.max(reach, t));
    }

    /** A transaction may have changed it. To be followed by {@link #renderTouched}. Any thread; returns at once. */
    void touchedBy(long t, Optional<Cause> cause) {
        cause.ifPresent(traces::await);
        synchronized (touches) {
            if (ended) {
                return;
            }
            if (touchedAt != SETTLED) {
                metrics.conflated();
            }
            touchedAt = Math.min(touchedAt, t);
            unsettled.add(this);
        }
    }

    /** Nobody watches it any more: nothing is outstanding to it, and what fails is not tried again. Any thread. */
    void end() {
        synchronized (touches) {
            ended = true;
            touchedAt = SETTLED;
            unsettled.remove(this);
        }
    }

    /** Has it rendered, unless that was done since it was touched. Any thread; returns at once. */
    void renderTouched() {
        if (scheduled.compareAndSet(false, true)) {
            serial.execute(this::renderIfTouched);
        }
    }

    /** The t of the first transaction that touched it and is not in what readers were sent; else {@link #SETTLED}. */
    long unsettledSince() {
        synchronized (touches) {
            return Math.min(touchedAt, renderingOf);
        }
    }

    private void renderIfTouched() {
        // In this order: a touch that comes after it was cleared has its own turn.
        scheduled.set(false);
        boolean touched;
        synchronized (touches) {
            touched = touchedAt != SETTLED;
        }
        if (touched && state != null) {
            renderOrRetry();
        }
    }

    private void renderOrRetry() {
        try {
            render();
        } catch (Throwable e) {
            LOG.warnf(e, "%s could not be rendered; trying again", selection);
        }
    }

    private void render() {
        synchronized (touches) {
            renderingOf = touchedAt;
            touchedAt = SETTLED;
        }
        List<Cause> causes = traces.take();
        List<EventName> events;
        try {
            events = metrics.rendering(() -> moveTo(newest.get()));
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it, such as a storage's SQLException.
            renderAgain();
            traces.failed(causes, e);
            throw e;
        }
        synchronized (touches) {
            renderingOf = SETTLED;
            if (touchedAt == SETTLED) {
                unsettled.remove(this);
            }
        }
        traces.pushed(causes, state.version(), events);
    }

    private void renderAgain() {
        synchronized (touches) {
            if (!ended) {
                touchedAt = Math.min(touchedAt, renderingOf);
                CompletableFuture.delayedExecutor(RENDER_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS, serial)
                        .execute(this::renderIfTouched);
            }
            renderingOf = SETTLED;
        }
    }

    /** @return the events that went to the readers */
    private List<EventName> moveTo(Database db) {
        List<Rendering<?>> parts = at(db);
        State before = state;
        State next = state(db, parts);
        Map<Channel, Update> updates = new HashMap<>();
        List<EventName> events = new ArrayList<>();
        if (!same(before.parts(), parts)) {
            channels.forEach((format, channel) -> {
                if (channel.hasSubscribers()) {
                    Frames.Named change = frames.change(selection, format, next.id(), before.parts(), parts, db)
                            .orElseThrow();
                    updates.put(channel, update(next, change.frame()));
                    events.add(change.name());
                }
            });
            // Only now, when nothing can fail any more: a state that was not published would never be.
            state = next;
        }
        validAt = db.basisT();
        updates.forEach((channel, update) -> channel.publish(before.version(), update));
        return events;
    }

    private State state(Database db, List<Rendering<?>> parts) {
        return new State(new EventId(Epoch.of(db).value(), db.basisT()), parts);
    }

    private List<Rendering<?>> at(Database db) {
        return views.stream().<Rendering<?>>map(view -> view.at(db)).toList();
    }

    private List<Rendering<?>> asOf(long t) {
        Database db = newest.get().asOf(t);
        return views.stream().<Rendering<?>>map(view -> view.render(db)).toList();
    }

    private static boolean same(List<Rendering<?>> some, List<Rendering<?>> others) {
        for (int i = 0; i < some.size(); i++) {
            if (!some.get(i).shows(others.get(i))) {
                return false;
            }
        }
        return true;
    }

    private CompletionStage<Update> since(Format format, OptionalLong from) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            renderIfTooOld();
                            return from.isEmpty()
                                    ? CompletableFuture.completedFuture(whole(format))
                                    : since(format, from.getAsLong());
                        },
                        serial)
                .thenCompose(Function.identity());
    }

    /** Fails where it can't be rendered: then no answer is given rather than one that is too old. */
    private void renderIfTooOld() {
        if (validAt < reach) {
            render();
        }
    }

    private Update whole(Format format) {
        State now = state;
        Frame whole = answers.answer(
                        FrameCache.Question.ofWhole(selection, format, now.version()),
                        () -> Optional.of(frames.whole(selection, format, now.id(), now.parts())
                                .frame()))
                .orElseThrow();
        return update(now, whole);
    }

    private CompletableFuture<Update> since(Format format, long from) {
        if (isState(from)) {
            return CompletableFuture.completedFuture(Update.unchanged(state.version()));
        }
        if (from > validAt) {
            // The reader has seen more than what was rendered here.
            render();
            if (isState(from)) {
                return CompletableFuture.completedFuture(Update.unchanged(state.version()));
            }
        }
        State now = state;
        // The frame's id is not before the reader's, also where its state was on the way and this one is as it was
        // before.
        long to = from > now.version() ? validAt : now.version();
        long start = startOf(from);
        return isRemembered(from)
                ? CompletableFuture.completedFuture(since(format, start, to, now))
                : CompletableFuture.supplyAsync(() -> since(format, start, to, now), aside);
    }

    private Update since(Format format, long start, long to, State now) {
        return answers.answer(
                        new FrameCache.Question(selection, format, start, to), () -> answer(format, start, to, now))
                .map(frame -> update(now, frame))
                .orElseGet(() -> Update.unchanged(now.version()));
    }

    private Optional<Frame> answer(Format format, long from, long to, State now) {
        return frames.change(
                        selection,
                        format,
                        new EventId(now.id().epoch(), to),
                        asOf(from),
                        now.parts(),
                        newest.get().asOf(to))
                .map(Frames.Named::frame);
    }

    /** Whether the state is known to be that of a t. */
    private boolean isState(long t) {
        return t == state.version() || startOf(t) == startOf(state.version());
    }

    private boolean isRemembered(long t) {
        return views.stream().allMatch(view -> view.knows(t));
    }

    /** The earliest t from which on all of it is known to have stayed as it is at {@code t}. */
    private long startOf(long t) {
        return views.stream().mapToLong(view -> view.startOf(t)).max().orElseThrow();
    }

    private static Update update(State state, Frame frame) {
        return state.isGone() ? Update.last(state.version(), frame) : Update.of(state.version(), frame);
    }
}

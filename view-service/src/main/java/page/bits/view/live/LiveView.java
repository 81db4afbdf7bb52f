package page.bits.view.live;

import datomic.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import page.bits.peer.Epoch;
import page.bits.sse.Channel;
import page.bits.sse.EventId;
import page.bits.sse.EventName;
import page.bits.sse.Frame;
import page.bits.sse.Update;
import page.bits.view.Feature;
import page.bits.view.Json;
import page.bits.view.ViewDocument;
import page.bits.view.ViewKey;

/**
 * One view that somebody watches: its newest state, and a channel for each format.
 *
 * <p>Its version is the basis t of the database value in which a change was first seen, so {@code asOf(version)} is exactly
 * the state, here and on every other node. When a transaction {@linkplain #touch touches} it, it is rendered once from the
 * newest database value; transactions that come faster than that are conflated. Readers that ask for a frame from a version
 * of their own get the difference between {@code asOf} that version and the state.
 *
 * <p>The state is confined to a {@link SerialExecutor}: rendering and answering never run at the same time, so every answer
 * leads to a version that the channels have.
 */
final class LiveView<V> {

    private static final Logger LOG = Logger.getLogger(LiveView.class);
    private static final Duration RENDER_AGAIN_AFTER = Duration.ofSeconds(1);

    private final ViewKey name;
    private final Feature<V> feature;
    private final Supplier<Database> newest;
    private final Json json;
    private final Executor serial;
    private final PushTraces traces;
    private final Map<Format, Channel> channels = new EnumMap<>(Format.class);
    private final AtomicBoolean touched = new AtomicBoolean();
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();

    private State<V> state;
    private final Map<Resume, Update> resumed;

    /**
     * What the view was at a version; none if there was no such thing. The frames of the whole view are made when the first
     * reader needs them.
     */
    private record State<V>(EventId id, Optional<V> view, Map<Format, Frame> frames) {

        static <V> State<V> of(Database db, Optional<V> view) {
            return new State<>(new EventId(Epoch.of(db).value(), db.basisT()), view, new EnumMap<>(Format.class));
        }

        long version() {
            return id.version();
        }

        /** The event that told readers of a format of the change to this state, once it was made. */
        EventName changedBy(Format format) {
            if (view.isEmpty()) {
                return EventName.GONE;
            }
            return switch (format) {
                case HTML -> EventName.MORPH;
                case JSON -> frames.containsKey(format) ? EventName.SNAPSHOT : EventName.DELTA;
            };
        }
    }

    /** A question that many readers may ask: what leads from a version to the state, in a format. */
    private record Resume(Format format, long from) {}

    /**
     * @param newest the newest database value of this node, at the time of the call
     * @param resumeCache how many answers to resuming readers are kept
     */
    LiveView(
            ViewKey name,
            Feature<V> feature,
            Supplier<Database> newest,
            Json json,
            Executor threads,
            int resumeCache,
            PushTraces traces) {
        this.name = name;
        this.feature = feature;
        this.newest = newest;
        this.json = json;
        this.serial = new SerialExecutor(threads);
        this.traces = traces;
        this.resumed = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Resume, Update> eldest) {
                return size() > resumeCache;
            }
        };
        for (Format format : Format.values()) {
            channels.put(format, new Channel(from -> since(format, from), 0));
        }
        serial.execute(this::begin);
    }

    /** Completes with whether there is such a thing to watch, once it has been rendered for the first time. */
    CompletionStage<Boolean> begun() {
        return begun;
    }

    Channel channel(Format format) {
        return channels.get(format);
    }

    /** Something happened that may have changed it. Any thread; returns at once. */
    void touch() {
        if (touched.compareAndSet(false, true)) {
            serial.execute(this::renderIfTouched);
        }
    }

    /** The same, because of a transaction whose trace is to be continued, if it is. */
    void touch(Optional<Cause> cause) {
        cause.ifPresent(traces::await);
        touch();
    }

    private void begin() {
        try {
            Database db = newest.get();
            state = State.of(db, feature.view(db, name.key()));
            begun.complete(state.view().isPresent());
        } catch (Throwable e) {
            begun.completeExceptionally(e);
        }
    }

    private void renderIfTouched() {
        if (touched.get() && state != null) {
            try {
                render();
            } catch (Throwable e) {
                LOG.warnf(e, "%s could not be rendered; trying again", name);
            }
        }
    }

    private void render() {
        // In this order: a touch that comes after it was cleared has its own rendering.
        touched.set(false);
        List<Cause> causes = traces.take();
        List<EventName> events;
        try {
            events = moveTo(newest.get());
        } catch (Throwable e) {
            // Also what Datomic throws without declaring it, such as a storage's SQLException.
            touched.set(true);
            CompletableFuture.delayedExecutor(RENDER_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS, serial)
                    .execute(this::renderIfTouched);
            traces.failed(causes, e);
            throw e;
        }
        traces.pushed(causes, state.version(), events);
    }

    /** @return the events that went to the readers */
    private List<EventName> moveTo(Database db) {
        Optional<V> view = feature.view(db, name.key());
        State<V> before = state;
        if (view.equals(before.view())) {
            return List.of();
        }
        State<V> next = State.of(db, view);
        Map<Channel, Update> updates = new HashMap<>();
        List<EventName> events = new ArrayList<>();
        channels.forEach((format, channel) -> {
            if (channel.hasSubscribers()) {
                updates.put(channel, change(format, before.view(), next, db));
                events.add(next.changedBy(format));
            }
        });
        // Only now, when nothing can fail any more: a state that was not published would never be.
        state = next;
        resumed.clear();
        updates.forEach((channel, update) -> channel.publish(before.version(), update));
        return events;
    }

    private CompletionStage<Update> since(Format format, OptionalLong from) {
        return CompletableFuture.supplyAsync(
                () -> from.isEmpty() ? whole(format, state) : resumed(new Resume(format, from.getAsLong())), serial);
    }

    private Update resumed(Resume resume) {
        if (resume.from() == state.version()) {
            return Update.unchanged(state.version());
        }
        Update known = resumed.get(resume);
        if (known != null) {
            return known;
        }
        if (resume.from() > state.version()) {
            // The reader has seen more than this view, whose rendering is still to come or would change nothing.
            render();
        }
        Database db = newest.get();
        Optional<V> before = feature.view(db.asOf(resume.from()), name.key());
        Update update = before.equals(state.view())
                ? Update.unchanged(state.version())
                : change(resume.format(), before, state, db.asOf(state.version()));
        resumed.put(resume, update);
        return update;
    }

    /** @param db the database value of {@code next} */
    private Update change(Format format, Optional<V> before, State<V> next, Database db) {
        if (format == Format.HTML || before.isEmpty() || next.view().isEmpty()) {
            return whole(format, next);
        }
        return feature.delta(before.get(), next.view().get(), db)
                .map(delta -> new ViewDocument.Delta(name.feature(), name.key(), next.version(), delta))
                .map(delta -> Update.of(next.version(), Frame.of(EventName.DELTA, next.id(), json.write(delta))))
                .orElseGet(() -> whole(format, next));
    }

    private Update whole(Format format, State<V> state) {
        return state.view()
                .map(view -> state.frames().computeIfAbsent(format, missing -> whole(missing, state.id(), view)))
                .map(frame -> Update.of(state.version(), frame))
                .orElseGet(() -> Update.last(state.version(), gone(state.id())));
    }

    private Frame whole(Format format, EventId id, V view) {
        return switch (format) {
            case JSON ->
                Frame.of(
                        EventName.SNAPSHOT,
                        id,
                        json.write(new ViewDocument.Snapshot(name.feature(), name.key(), id.version(), view)));
            case HTML -> Frame.of(EventName.MORPH, id, feature.html(name.key(), view));
        };
    }

    private Frame gone(EventId id) {
        return Frame.of(
                EventName.GONE, id, json.write(new ViewDocument.Gone(name.feature(), name.key(), id.version())));
    }
}

package page.bits.presence.audience;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import page.bits.presence.Handle;
import page.bits.presence.peer.NamedViewer;
import page.bits.sse.Channel;
import page.bits.sse.Frame;
import page.bits.sse.Update;

/**
 * One creator's audience while somebody watches it. What readers have is the <em>published</em> view; between two that are
 * published some time passes, so that readers of a busy page get a few events a second, each with all that happened since.
 *
 * <p>Confined to the thread of presence, but for {@link #channel}, whose questions are asked on event loops and answered there.
 */
final class LiveAudience {

    private static final long NOTHING = Long.MAX_VALUE;

    private final Handle creator;
    private final Audience audience;
    private final AudienceFrames frames;
    private final LongFunction<Optional<CompletableFuture<List<NamedViewer>>>> past;
    private final LongSupplier reached;
    private final Windows windows;
    private final Channel channel;
    private final Map<Long, CompletableFuture<List<NamedViewer>>> pastAsked = new HashMap<>();

    private AudienceView newest;
    private AudienceView published;
    private long publishedAt;

    /** The t of the first change that is not published yet, or {@link #NOTHING}. */
    private long changedAt = NOTHING;

    private Frame snapshot;

    /**
     * @param past reads from the database whom an audience showed at a t, and completes on this thread; none where there is no time
     *     for that
     * @param reached the t of the last transaction that was looked at, for all audiences
     * @param thread runs what answers a reader on this thread
     * @param publishedAt when something was published last, in nanoseconds
     */
    LiveAudience(
            Handle creator,
            Audience audience,
            AudienceFrames frames,
            LongFunction<Optional<CompletableFuture<List<NamedViewer>>>> past,
            LongSupplier reached,
            Executor thread,
            long publishedAt) {
        this.creator = creator;
        this.audience = audience;
        this.frames = frames;
        this.past = past;
        this.reached = reached;
        this.newest = audience.view();
        this.published = newest;
        this.publishedAt = publishedAt;
        this.windows = new Windows(audience.basis(), published.viewers());
        this.channel = new Channel(
                from -> CompletableFuture.supplyAsync(() -> answer(from), thread)
                        .thenCompose(update -> update),
                audience.basis());
    }

    /** The t that the audience is of. */
    private long t() {
        return Math.max(audience.basis(), reached.getAsLong());
    }

    Channel channel() {
        return channel;
    }

    Audience audience() {
        return audience;
    }

    /** The newest, published or not. */
    AudienceFrames.Snapshot document() {
        return frames.document(creator, t(), newest);
    }

    /**
     * A transaction has changed what is recorded.
     *
     * @param at its t
     * @return whether there is something to tell: that somebody is here at one more node is not
     */
    boolean changed(long at) {
        AudienceView now = audience.view();
        if (!now.equals(newest)) {
            newest = now;
            windows.add(at, now.viewers());
            changedAt = Math.min(changedAt, at);
        }
        return isChanged();
    }

    private boolean isChanged() {
        return changedAt != NOTHING;
    }

    /** The t of the first change that is not published yet, where there is one. */
    long changedAt() {
        return changedAt;
    }

    /**
     * Tells readers what happened, where the last time is long enough ago.
     *
     * @return whether there is nothing left to tell
     */
    boolean publishDue(long now, long interval) {
        if (isChanged() && now - publishedAt >= interval) {
            publish(now);
        }
        return !isChanged();
    }

    private void publish(long now) {
        changedAt = NOTHING;
        long from = channel.version();
        long t = t();
        // Also where it is as before again: a reader of another node may have been told what was between.
        Frame delta = frames.delta(creator, t, published.viewers(), newest);
        published = newest;
        publishedAt = now;
        snapshot = null;
        channel.publish(from, Update.of(t, delta));
    }

    /** What {@code stale} says has changed. */
    void forgetFrames() {
        snapshot = null;
    }

    /** What brings a reader from a t, or from nothing, to what is published. */
    CompletionStage<Update> answer(OptionalLong from) {
        if (from.isEmpty()) {
            return CompletableFuture.completedFuture(Update.of(channel.version(), snapshot()));
        }
        if (isChanged()) {
            // Another node may have told of it earlier; and what the reader hears next may be how far this node has
            // come.
            publish(publishedAt);
        }
        if (from.getAsLong() >= channel.version()) {
            return CompletableFuture.completedFuture(Update.unchanged(channel.version()));
        }
        return windows.at(from.getAsLong())
                .map(CompletableFuture::completedFuture)
                .or(() -> past(from.getAsLong()))
                .map(known -> known.thenApply(shown ->
                        Update.of(channel.version(), frames.delta(creator, channel.version(), shown, published))))
                .orElseGet(() -> CompletableFuture.completedFuture(Update.of(channel.version(), snapshot())));
    }

    private Frame snapshot() {
        if (snapshot == null) {
            snapshot = frames.snapshot(creator, channel.version(), published);
        }
        return snapshot;
    }

    /** Many may come back from the same moment. */
    private Optional<CompletableFuture<List<NamedViewer>>> past(long from) {
        CompletableFuture<List<NamedViewer>> asked = pastAsked.get(from);
        if (asked != null) {
            return Optional.of(asked);
        }
        Optional<CompletableFuture<List<NamedViewer>>> begun = past.apply(from);
        begun.ifPresent(read -> {
            pastAsked.put(from, read);
            read.whenComplete((shown, failure) -> pastAsked.remove(from, read));
        });
        return begun;
    }
}

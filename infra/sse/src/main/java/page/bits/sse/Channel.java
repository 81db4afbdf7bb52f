package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What subscribers listen to: one view in one format. Its version is that of the newest update; an update goes only to the
 * subscribers whose version is exactly the one it leads from, and whoever has another asks the {@link FrameSource} for the
 * frame from its own. So nobody waits for a slow reader, no reader costs more than what its socket holds, and every reader
 * ends with the newest state.
 *
 * <p>Subscribers are grouped by event loop and touched by that loop's thread alone; an update costs one task per loop, and
 * each of its subscribers is written the same buffer.
 */
public final class Channel {

    private static final Logger LOG = Logger.getLogger(Channel.class);

    private final FrameSource source;
    private final Map<Context, Set<Subscriber>> subscribers = new ConcurrentHashMap<>();
    private volatile long version;

    /**
     * @param source where single readers' frames come from
     * @param version the version of the newest state that {@code source} knows
     */
    public Channel(FrameSource source, long version) {
        this.source = source;
        this.version = version;
    }

    /** The version of the newest update. */
    public long version() {
        return version;
    }

    /** Whether anyone listens. A subscriber counts from before its first question to the source on. */
    public boolean hasSubscribers() {
        return !subscribers.isEmpty();
    }

    /**
     * Sends an update to everyone who has the version it leads from. Any thread, one call at a time, after the source can
     * answer with the new version.
     */
    public void publish(long from, Update update) {
        Frame frame = update.frame().orElseThrow(() -> new IllegalArgumentException("an update without a frame"));
        version = update.version();
        for (Context loop : subscribers.keySet()) {
            loop.runOnContext(ignored -> offer(loop, from, update, frame));
        }
    }

    private void offer(Context loop, long from, Update update, Frame frame) {
        // A copy, since a subscriber that ends leaves the set.
        Subscriber[] here = subscribers.getOrDefault(loop, Set.of()).toArray(Subscriber[]::new);
        ByteBuf chunk;
        try {
            // Only here, where those who do not get it are known: there may be no memory for it.
            chunk = frame.chunk();
        } catch (Throwable e) {
            LOG.warnf(e, "%d readers are sent no update to version %d; they ask for it", here.length, update.version());
            for (Subscriber subscriber : here) {
                subscriber.missed(update);
            }
            return;
        }
        try {
            for (Subscriber subscriber : here) {
                subscriber.offer(from, update, chunk);
            }
        } finally {
            chunk.release();
        }
    }

    CompletionStage<Update> since(OptionalLong from) {
        return source.since(from);
    }

    /** On the loop's thread. */
    void add(Context loop, Subscriber subscriber) {
        subscribers.computeIfAbsent(loop, ignored -> new LinkedHashSet<>()).add(subscriber);
    }

    /** On the loop's thread. */
    void remove(Context loop, Subscriber subscriber) {
        subscribers.computeIfPresent(loop, (ignored, group) -> {
            group.remove(subscriber);
            return group.isEmpty() ? null : group;
        });
    }
}

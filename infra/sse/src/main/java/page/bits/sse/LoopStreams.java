package page.bits.sse;

import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The streams of one event loop, which one timer looks at: those that were quiet for too long are sent a keepalive, and those
 * whose reader has taken nothing for too long are given up, also where the stream has ended and only the rest of it waits.
 *
 * <p>Confined to the event loop, but for what says otherwise.
 */
final class LoopStreams {

    private static final Logger LOG = Logger.getLogger(LoopStreams.class);

    /** What a keepalive, the end of a stalled stream and the figures may come late by. */
    private static final long LOOK_EVERY_MILLIS = 1_000;

    /** Streams that are written to in one task, a few milliseconds of work: between them, others have their turn. */
    private static final int AT_ONCE = 256;

    private final EventStreams streams;
    private final Vertx vertx;
    private final ContextInternal loop;
    private final Set<Subscriber> open = new LinkedHashSet<>();
    private final Set<ResponseWriter> ending = new LinkedHashSet<>();
    private volatile int slow;
    private volatile long queuedBytes;

    LoopStreams(EventStreams streams, Vertx vertx, ContextInternal loop) {
        this.streams = streams;
        this.vertx = vertx;
        this.loop = loop;
        // On the loop's own context: the current one is that of the first request, which would live as long.
        loop.setPeriodic(LOOK_EVERY_MILLIS, this::look);
    }

    void add(Subscriber subscriber) {
        open.add(subscriber);
    }

    void remove(Subscriber subscriber) {
        open.remove(subscriber);
        if (subscriber.writer().unsent() > 0) {
            ending.add(subscriber.writer());
        }
    }

    /** How many of them were full when last looked at. Any thread. */
    int slow() {
        return slow;
    }

    /** How many bytes waited for all of them when last looked at. Any thread. */
    long queuedBytes() {
        return queuedBytes;
    }

    /** Any thread. */
    CompletableFuture<Void> endAll() {
        return forAll(subscriber -> subscriber.end(streams.farewell()));
    }

    /** Any thread. */
    void keepAliveNow() {
        forAll(subscriber -> {
            if (!streams.isClosed()) {
                subscriber.keepAliveNow();
            }
        });
    }

    private CompletableFuture<Void> forAll(Consumer<Subscriber> write) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        // A copy, since a stream that ends leaves the set.
        loop.runOnContext(ignored -> forFrom(open.toArray(Subscriber[]::new), 0, write, done));
        return done;
    }

    private void forFrom(
            Subscriber[] subscribers, int first, Consumer<Subscriber> write, CompletableFuture<Void> done) {
        int next = Math.min(subscribers.length, first + AT_ONCE);
        for (int i = first; i < next; i++) {
            write.accept(subscribers[i]);
        }
        if (next == subscribers.length) {
            done.complete(null);
        } else {
            loop.runOnContext(ignored -> forFrom(subscribers, next, write, done));
        }
    }

    private void look(long timer) {
        long now = System.nanoTime();
        int full = 0;
        long queued = 0;
        // A copy, since a stream that ends leaves the set.
        for (Subscriber subscriber : open.toArray(Subscriber[]::new)) {
            if (giveUpIfStalled(subscriber.writer(), now)) {
                continue;
            }
            if (subscriber.isOver(now)) {
                subscriber.end(streams.farewell());
                continue;
            }
            if (!streams.isClosed()) {
                subscriber.keepAlive(now);
            }
            full += subscriber.isSlow() ? 1 : 0;
            queued += subscriber.writer().unsent();
        }
        for (ResponseWriter writer : ending.toArray(ResponseWriter[]::new)) {
            if (writer.unsent() == 0 || giveUpIfStalled(writer, now)) {
                ending.remove(writer);
            } else {
                queued += writer.unsent();
            }
        }
        slow = full;
        queuedBytes = queued;
        if (streams.isClosed() && open.isEmpty() && ending.isEmpty()) {
            vertx.cancelTimer(timer);
        }
    }

    private boolean giveUpIfStalled(ResponseWriter writer, long now) {
        long stalled = writer.stalledFor(now);
        if (stalled < streams.stallNanos()) {
            return false;
        }
        LOG.debugf("A reader has taken nothing for %d ms; its connection is reset", stalled / 1_000_000);
        streams.meters().stalled();
        writer.reset();
        return true;
    }
}

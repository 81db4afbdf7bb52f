package page.bits.sse;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * All open streams of this process: opens them, keeps them alive and closes them gracefully. One timer per event loop serves
 * every stream on it.
 */
public final class EventStreams {

    /** How often each loop looks for streams that were quiet for too long: what a keepalive may come late by. */
    private static final long LOOK_EVERY_MILLIS = 1_000;

    private final Vertx vertx;
    private final SseConfig config;
    private final Supplier<Frame> keepalive;

    /** By event loop; each set is touched by that loop's thread alone. */
    private final Map<ContextInternal, Set<Subscriber>> loops = new ConcurrentHashMap<>();

    private final AtomicInteger open = new AtomicInteger();
    private final long quietNanos;
    private volatile boolean closed;

    /**
     * @param keepalive makes the keepalive of this moment; called on event loops, neither waits nor throws
     */
    public EventStreams(Vertx vertx, SseConfig config, Supplier<Frame> keepalive) {
        this.vertx = vertx;
        this.config = config;
        this.keepalive = keepalive;
        this.quietNanos = config.keepalive().toNanos();
    }

    /**
     * Answers a request with a stream. From then on the response and its handlers are the stream's: what others have set as
     * its end, close or exception handler is replaced.
     *
     * @param from the version that the reader has; none if it has nothing
     * @param onClose called once, on the event loop, when the stream has ended, however it did; also if the reader has left
     *     before this call
     * @throws IllegalStateException if this is not the request's event loop
     */
    public void open(HttpServerRequest request, Channel channel, OptionalLong from, Runnable onClose) {
        ContextInternal loop = ResponseWriter.loop(request);
        if (!loop.inThread()) {
            throw new IllegalStateException("A stream is opened on its request's event loop, not on "
                    + Thread.currentThread().getName());
        }
        if (request.response().closed()) {
            // No handler would ever hear of it.
            loop.runOnContext(ignored -> onClose.run());
            return;
        }
        request.response().setWriteQueueMaxSize(config.writeQueueBytes());
        ResponseWriter writer =
                ResponseWriter.begin(request, Frame.retry(config.retry().toMillis()));
        Subscriber subscriber = new Subscriber(this, loop, channel, writer, from);
        Set<Subscriber> neighbours = subscribers(loop);
        Runnable leave = once(() -> {
            channel.remove(loop, subscriber);
            neighbours.remove(subscriber);
            open.decrementAndGet();
            // Later and by itself: this may be in the middle of a write, and what it throws concerns nobody else.
            loop.runOnContext(ignored -> onClose.run());
        });
        open.incrementAndGet();
        neighbours.add(subscriber);
        channel.add(loop, subscriber);
        writer.onClose(leave);
        if (closed) {
            subscriber.end(farewell());
        } else {
            subscriber.begin();
        }
    }

    /** How many streams are open. */
    public int size() {
        return open.get();
    }

    /**
     * Ends every stream with {@code reconnect}, each with a time of its own to stay away. New ones end at once as well.
     *
     * @return completed when every loop has done so
     */
    public CompletableFuture<Void> close() {
        closed = true;
        return CompletableFuture.allOf(loops.entrySet().stream()
                .map(entry -> {
                    CompletableFuture<Void> done = new CompletableFuture<>();
                    entry.getKey().runOnContext(ignored -> {
                        for (Subscriber subscriber : entry.getValue().toArray(Subscriber[]::new)) {
                            subscriber.end(farewell());
                        }
                        done.complete(null);
                    });
                    return done;
                })
                .toArray(CompletableFuture[]::new));
    }

    /** How long a stream may be quiet, and how long the server's idle time-out is left without a write that it sees. */
    long quietNanos() {
        return quietNanos;
    }

    Frame keepalive() {
        return keepalive.get();
    }

    private Set<Subscriber> subscribers(ContextInternal loop) {
        return loops.computeIfAbsent(loop, ignored -> {
            Set<Subscriber> subscribers = new LinkedHashSet<>();
            // On the loop's own context: the current one is that of the first request, which would live as long.
            loop.setPeriodic(LOOK_EVERY_MILLIS, timer -> {
                if (closed) {
                    vertx.cancelTimer(timer);
                } else {
                    keepAlive(subscribers);
                }
            });
            return subscribers;
        });
    }

    private void keepAlive(Set<Subscriber> subscribers) {
        if (subscribers.isEmpty()) {
            return;
        }
        Frame frame = keepalive.get();
        for (Subscriber subscriber : subscribers.toArray(Subscriber[]::new)) {
            subscriber.keepAlive(frame);
        }
    }

    private Frame farewell() {
        return Frame.reconnect(
                ThreadLocalRandom.current().nextLong(config.reconnectJitter().toMillis() + 1));
    }

    /** Both the response's end and the connection's close tell that a stream is over. */
    private static Runnable once(Runnable task) {
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                task.run();
            }
        };
    }
}

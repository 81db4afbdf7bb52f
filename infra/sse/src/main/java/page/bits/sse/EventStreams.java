package page.bits.sse;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

/**
 * All open streams of this process: opens them, keeps them alive, gives up those whose readers take nothing, and closes them
 * gracefully. Its meters are those in {@code docs/reference/metrics.md}.
 */
public final class EventStreams implements MeterBinder {

    /**
     * What tells the streams of one service from those of another in the same process.
     *
     * @param name of the meters' tag {@code streams}
     * @param reconnectJitter the most that a reader is told to stay away; each is told a random time up to it
     * @param keepalive makes the keepalive of this moment for a reader that was told of this version; it must not tell of an
     *     older one, nor of one that the reader is still to be told of. Called on event loops, neither waits nor throws
     */
    public record Kind(String name, Duration reconnectJitter, LongFunction<Frame> keepalive) {

        public Kind {
            if (reconnectJitter.isNegative()) {
                throw new ConfigurationException(
                        "the reconnect-jitter of " + name + " must not be negative: " + reconnectJitter);
            }
        }
    }

    private final Vertx vertx;
    private final SseConfig config;
    private final Kind kind;
    private final Map<ContextInternal, LoopStreams> loops = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final StreamMeters meters = new StreamMeters();
    private final long quietNanos;
    private final long stallNanos;
    private volatile boolean closed;

    /** @throws ConfigurationException if a setting can't be meant */
    public EventStreams(Vertx vertx, SseConfig config, Kind kind) {
        this.vertx = vertx;
        this.config = config;
        this.kind = kind;
        this.quietNanos = positive("keepalive", config.keepalive()).toNanos();
        this.stallNanos = positive("stall-timeout", config.stallTimeout()).toNanos();
        if (config.retry().isNegative()) {
            throw new ConfigurationException("bits.sse.retry must not be negative: " + config.retry());
        }
        if (config.writeQueueBytes() < 1) {
            throw new ConfigurationException(
                    "bits.sse.write-queue-bytes must be 1 or more: " + config.writeQueueBytes());
        }
    }

    private static Duration positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException("bits.sse." + key + " must be longer than nothing: " + value);
        }
        return value;
    }

    /** As {@link #open(HttpServerRequest, Channel, OptionalLong, Optional, Runnable)}, for as long as its reader likes. */
    public boolean open(HttpServerRequest request, Channel channel, OptionalLong from, Runnable onClose) {
        return open(request, channel, from, Optional.empty(), onClose);
    }

    /**
     * Answers a request with a stream. From then on the response and its handlers are the stream's: what others have set as
     * its end, close or exception handler is replaced.
     *
     * @param from the version that the reader has; none if it has nothing
     * @param atMost how long the stream may last before it ends with {@code reconnect}, to the second
     * @param onClose called once, on the event loop, when the stream has ended, however it did; also if the reader has left
     *     before this call
     * @return whether the request is answered, or its reader gone; if not, since this is {@linkplain #close closed},
     *     nothing was written, and {@code onClose} won't be called
     * @throws IllegalStateException if this is not the request's event loop
     */
    public boolean open(
            HttpServerRequest request,
            Channel channel,
            OptionalLong from,
            Optional<Duration> atMost,
            Runnable onClose) {
        ContextInternal loop = ResponseWriter.loop(request);
        if (!loop.inThread()) {
            throw new IllegalStateException("A stream is opened on its request's event loop, not on "
                    + Thread.currentThread().getName());
        }
        if (request.response().closed()) {
            // No handler would ever hear of it.
            loop.runOnContext(ignored -> onClose.run());
            return true;
        }
        if (closed) {
            return false;
        }
        request.response().setWriteQueueMaxSize(config.writeQueueBytes());
        ResponseWriter writer =
                ResponseWriter.begin(request, Frame.retry(config.retry().toMillis()));
        Subscriber subscriber = new Subscriber(this, loop, channel, writer, from, atMost);
        LoopStreams neighbours = loops.computeIfAbsent(loop, ignored -> new LoopStreams(this, vertx, loop));
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
            // Since just now, and perhaps without a look at this loop.
            subscriber.end(farewell());
        } else {
            subscriber.begin();
        }
        return true;
    }

    /** Sends a keepalive at once to every stream that misses nothing, since what it tells has changed. Any thread. */
    public void keepAliveNow() {
        loops.values().forEach(LoopStreams::keepAliveNow);
    }

    /** How many streams are open. */
    public int size() {
        return open.get();
    }

    /** Whether no more streams are opened, since this process goes away. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Ends every stream with {@code reconnect}, each with a time of its own to stay away, and opens no more. Waits for no
     * reader: one whose socket is full is sent the rest if it takes it while the process lasts.
     *
     * @return completed when every loop has done so
     */
    public CompletableFuture<Void> close() {
        closed = true;
        return CompletableFuture.allOf(
                loops.values().stream().map(LoopStreams::endAll).toArray(CompletableFuture[]::new));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        meters.bindTo(registry, kind.name(), this);
    }

    /** Streams whose socket was full when they were last looked at. Any thread. */
    long slow() {
        return loops.values().stream().mapToLong(LoopStreams::slow).sum();
    }

    /** Bytes that waited for readers when they were last looked at, also for those whose stream has ended. Any thread. */
    long queuedBytes() {
        return loops.values().stream().mapToLong(LoopStreams::queuedBytes).sum();
    }

    /** How long a stream may be quiet, and how long the server's idle time-out is left without a write that it sees. */
    long quietNanos() {
        return quietNanos;
    }

    /** For how long a reader may take nothing of what waits for it. */
    long stallNanos() {
        return stallNanos;
    }

    StreamMeters meters() {
        return meters;
    }

    Frame keepalive(long told) {
        return kind.keepalive().apply(told);
    }

    Frame farewell() {
        meters.reconnect();
        return Frame.reconnect(
                ThreadLocalRandom.current().nextLong(kind.reconnectJitter().toMillis() + 1));
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

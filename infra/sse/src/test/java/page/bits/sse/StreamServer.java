package page.bits.sse;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Assertions;

/** A real server whose every request becomes a stream. Closing it fails the test if anything was thrown and caught by nobody. */
final class StreamServer implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A system property: whether to have the sockets of the JDK, as where there is no native transport, and not those of Netty. */
    private static final String JDK_TRANSPORT = "bits.test.jdk-transport";

    private static final Frame KEEPALIVE = Frame.of(EventName.KEEPALIVE, "{}");

    /** @see SseConfig */
    record Config(
            Duration keepalive,
            Duration retry,
            Duration reconnectJitter,
            int writeQueueBytes,
            Duration stallTimeout,
            int maxStreams,
            int maxStreamsPerAddress,
            int maxStreamsPerActor)
            implements SseConfig {

        /** As in production, but for keepalives, which come when a test asks for them, and limits, which none wants. */
        static final Config DEFAULT = new Config(
                Duration.ofHours(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                65_536,
                Duration.ofSeconds(30),
                0,
                0,
                0);

        Config withKeepalive(Duration keepalive) {
            return new Config(keepalive, retry, reconnectJitter, writeQueueBytes, stallTimeout, 0, 0, 0);
        }

        Config withWriteQueueBytes(int writeQueueBytes) {
            return new Config(keepalive, retry, reconnectJitter, writeQueueBytes, stallTimeout, 0, 0, 0);
        }

        Config withStallTimeout(Duration stallTimeout) {
            return new Config(keepalive, retry, reconnectJitter, writeQueueBytes, stallTimeout, 0, 0, 0);
        }

        Config withLimits(int streams, int perAddress, int perActor) {
            return new Config(
                    keepalive, retry, reconnectJitter, writeQueueBytes, stallTimeout, streams, perAddress, perActor);
        }
    }

    private final Vertx vertx;
    private final EventStreams streams;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BiConsumer<StreamServer, HttpServerRequest> handler;
    private final AtomicInteger closed = new AtomicInteger();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private volatile int port;

    private StreamServer(
            int loops, HttpServerOptions options, Config config, BiConsumer<StreamServer, HttpServerRequest> handler) {
        this.handler = handler;
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(loops)
                .setPreferNativeTransport(!Boolean.getBoolean(JDK_TRANSPORT)));
        vertx.exceptionHandler(uncaught::add);
        streams = new EventStreams(vertx, config, kind(config, told -> KEEPALIVE));
        streams.bindTo(meters);
        // A negative port is any free one, the same for all instances of a deployment.
        HttpServerOptions anyPort =
                new HttpServerOptions(options).setHost("localhost").setPort(-1);
        join(vertx.deployVerticle(() -> new Listener(anyPort), new DeploymentOptions().setInstances(loops))
                .toCompletionStage()
                .toCompletableFuture());
    }

    static EventStreams.Kind kind(Config config, LongFunction<Frame> keepalive) {
        return new EventStreams.Kind("tests", config.reconnectJitter(), keepalive);
    }

    /** Listens on one event loop, and all of them on the same port. */
    private final class Listener extends AbstractVerticle {
        private final HttpServerOptions options;

        private Listener(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public void start(Promise<Void> started) {
            vertx.createHttpServer(options)
                    .requestHandler(request -> handler.accept(StreamServer.this, request))
                    .listen()
                    .<Void>map(server -> {
                        port = server.actualPort();
                        return null;
                    })
                    .onComplete(started);
        }
    }

    /** Waits as long as a machine with other work may take, but no longer than needed. */
    static ConditionFactory await() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE);
    }

    /** Every request is a stream of {@code channel}, from the version in {@code ?from=}. */
    static StreamServer of(Channel channel, Config config) {
        return of(1, channel, config);
    }

    static StreamServer of(int loops, Channel channel, Config config) {
        return of(loops, new HttpServerOptions(), config, (server, request) -> server.open(request, channel));
    }

    static StreamServer of(
            int loops, HttpServerOptions options, Config config, BiConsumer<StreamServer, HttpServerRequest> handler) {
        return new StreamServer(loops, options, config, handler);
    }

    /** Opens the stream that a request asks for, and counts its end. */
    void open(HttpServerRequest request, Channel channel) {
        String from = request.getParam("from");
        OptionalLong version = from == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(from));
        if (!streams.open(request, channel, version, closed::incrementAndGet)) {
            request.response().setStatusCode(503).end();
        }
    }

    Vertx vertx() {
        return vertx;
    }

    EventStreams streams() {
        return streams;
    }

    int port() {
        return port;
    }

    /** The value of a counter. */
    long count(String counter) {
        return (long) meters.get(counter).functionCounter().count();
    }

    /** The value of a gauge. */
    long gauge(String gauge) {
        return (long) meters.get(gauge).gauge().value();
    }

    /** How many streams' ends were told. */
    int closed() {
        return closed.get();
    }

    /** What was thrown and caught by nobody; no longer the test's failure. */
    List<Throwable> takeUncaught() {
        List<Throwable> taken = List.copyOf(uncaught);
        uncaught.clear();
        return taken;
    }

    StreamClient connect() {
        return connectTo("/");
    }

    StreamClient connect(long from) {
        return connectTo("/?from=" + from);
    }

    StreamClient connectTo(String path) {
        return StreamClient.get(port, path).open();
    }

    /** Until every event loop has done what it was given before. */
    void awaitTurn() {
        for (EventExecutor loop : ((VertxInternal) vertx).getEventLoopGroup()) {
            join(CompletableFuture.runAsync(() -> {}, loop));
        }
    }

    private static void join(CompletableFuture<?> future) {
        try {
            future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        join(vertx.close().toCompletionStage().toCompletableFuture());
        Assertions.assertEquals(List.of(), uncaught);
    }
}

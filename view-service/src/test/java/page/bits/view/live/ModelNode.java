package page.bits.view.live;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import page.bits.http.DrainConfig;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Schema;
import page.bits.peer.main.MainDatomicConfig;
import page.bits.sse.SseConfig;
import page.bits.streaming.Admission;
import page.bits.view.Features;
import page.bits.view.Json;
import page.bits.view.MinT;
import page.bits.view.ViewsConfig;

/**
 * A node of view-service beside others in one process: a peer with a feed of its own, its live views, and its streams at a port
 * of its own. The peers share one connection, so each report reaches the feed of one of them alone, and the others have to find
 * out by themselves: all are lossy all the time. Their queues are so short that what a pump has held back overflows them.
 */
final class ModelNode {

    private final DatomicPeer peer;
    private final LiveViews views;
    private final ViewStreams streams;
    private final HttpServer server;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** What all nodes of a test have in common. */
    record Parts(
            Vertx vertx,
            Features features,
            Frames frames,
            Json json,
            Tracing tracing,
            Admission admission,
            String database) {}

    ModelNode(Parts parts) throws Exception {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(MainDatomicConfig.class)
                .withMapping(SseConfig.class)
                .withMapping(ViewsConfig.class)
                .withMapping(DrainConfig.class)
                .withValidateUnknown(false)
                .withDefaultValue("bits.datomic.uri", parts.database())
                .withDefaultValue("bits.datomic.install-schema", "true")
                .withDefaultValue("bits.datomic.feed-tick", "PT0.02S")
                .withDefaultValue("bits.drain.delay", "PT0S")
                .withDefaultValue("bits.sse.keepalive", "PT1S")
                .withDefaultValue("bits.sse.write-queue-bytes", "8192")
                .withDefaultValue("bits.sse.stall-timeout", "PT5S")
                .withDefaultValue("bits.views.basis-wait", "PT0.3S")
                .withDefaultValue("bits.views.frame-cache", "256K")
                .withDefaultValue("bits.views.morph-module", "/none")
                .withDefaultValue("bits.views.transaction-queue", "3")
                .build();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        ViewsConfig viewsConfig = config.getConfigMapping(ViewsConfig.class);
        this.peer = new DatomicPeer(
                config.getConfigMapping(MainDatomicConfig.class),
                Schema.BITS,
                List.of(transaction -> passGate(), transaction -> this.views().onTransaction(transaction)),
                () -> {});
        this.views = new LiveViews(
                peer,
                parts.features(),
                parts.frames(),
                new FrameCache(viewsConfig, metrics),
                new LiveMetrics(metrics),
                viewsConfig,
                parts.tracing(),
                metrics);
        this.streams = new ViewStreams(
                parts.vertx(),
                peer,
                parts.features(),
                views,
                new MinT(peer, viewsConfig),
                parts.admission(),
                viewsConfig,
                config.getConfigMapping(SseConfig.class),
                config.getConfigMapping(DrainConfig.class),
                parts.json(),
                metrics);
        peer.start();
        peer.whenReady().get(60, TimeUnit.SECONDS);
        Router router = Router.router(parts.vertx());
        streams.route(router);
        // A small buffer of the kernel's, so that readers who stall are felt.
        this.server = parts.vertx()
                .createHttpServer(new HttpServerOptions().setSendBufferSize(16_384))
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private LiveViews views() {
        return views;
    }

    int port() {
        return server.actualPort();
    }

    DatomicPeer peer() {
        return peer;
    }

    /** From the next transaction on this node hears of nothing. */
    void pausePump() {
        if (!isPaused()) {
            gate = new CountDownLatch(1);
        }
    }

    void resumePump() {
        gate.countDown();
    }

    boolean isPaused() {
        return gate.getCount() > 0;
    }

    private void passGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() throws Exception {
        resumePump();
        server.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        views.stop();
    }
}

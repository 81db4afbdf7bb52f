package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** Streams through a proxy that is trusted: Quarkus wraps those requests. */
@QuarkusTest
@TestProfile(ForwardedStreamTest.BehindGateway.class)
class ForwardedStreamTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    public static class BehindGateway implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.proxies", "127.0.0.1", "bits.datomic.uri", "datomic:mem://forwarded-stream-test");
        }
    }

    /** Sees what is written above the HTTP encoder of a connection, and whom its requests are from. */
    @Singleton
    static class Witness {

        final AtomicInteger bodies = new AtomicInteger();
        volatile String client;

        void route(@Observes Router router) {
            router.route().order(Integer.MIN_VALUE).handler(this::watch);
        }

        private void watch(RoutingContext routing) {
            client = routing.request().remoteAddress().host();
            ChannelPipeline pipeline =
                    ((ConnectionBase) routing.request().connection()).channel().pipeline();
            pipeline.addAfter("httpEncoder", "witness", new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                    if (message instanceof HttpContent) {
                        bodies.incrementAndGet();
                    }
                    context.write(message, promise);
                }
            });
            routing.next();
        }
    }

    @Inject
    World world;

    @Inject
    Witness witness;

    @TestHTTPResource
    URI address;

    @ParameterizedTest
    @ValueSource(strings = {"for=203.0.113.7;host=bits.example;proto=https", "for=\"[2001:db8::7]:4711\""})
    void eventsArriveAndGoBelowTheEncoderAsEver(String forwarded) {
        String alice = world.creator();
        world.post(alice, "Hello");
        witness.bodies.set(0);
        try (StreamClient reader = StreamClient.get(address.getPort(), "/views/posts/" + alice)
                .header("Forwarded", forwarded)
                .open()) {
            assertEquals(200, reader.status());
            await().atMost(SOON).until(() -> reader.events().size() == 1);
            int ordinary = witness.bodies.get();
            assertTrue(ordinary > 0, "the begin of a stream is written above the encoder");
            for (int post = 2; post <= 4; post++) {
                world.post(alice, "Hello " + post);
                int expected = post;
                await().atMost(SOON).until(() -> reader.events().size() == expected);
            }
            assertEquals("delta", reader.events().get(3).name());
            assertEquals(ordinary, witness.bodies.get());
            assertEquals(forwarded.contains("203") ? "203.0.113.7" : "[2001:db8::7]", witness.client);
        }
    }
}

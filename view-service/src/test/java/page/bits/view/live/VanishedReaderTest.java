package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import page.bits.sse.OtherMachine;
import page.bits.view.World;

/** Readers whose machine is gone from one moment to the next, with nobody left to close their connections. */
@QuarkusTest
@TestProfile(VanishedReaderTest.ForAll.class)
class VanishedReaderTest {

    private static final Duration USER_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration KEEPALIVE = Duration.ofSeconds(1);

    /** A keepalive comes up to a second late, and a machine with other work may take its time. */
    private static final Duration SLACK = Duration.ofSeconds(4);

    public static class ForAll implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.host",
                    "0.0.0.0",
                    "bits.http.tcp-user-timeout",
                    USER_TIMEOUT.toString(),
                    "bits.sse.keepalive",
                    KEEPALIVE.toString(),
                    "bits.datomic.uri",
                    "datomic:mem://vanished-reader-test");
        }
    }

    /** Has the socket of each request by its query. */
    @Singleton
    static class Sockets {

        final Map<String, Channel> byQuery = new ConcurrentHashMap<>();

        void route(@Observes Router router) {
            router.route().order(Integer.MIN_VALUE).handler(routing -> {
                if (routing.request().query() != null) {
                    byQuery.put(
                            routing.request().query(),
                            ((ConnectionBase) routing.request().connection()).channel());
                }
                routing.next();
            });
        }
    }

    @Inject
    World world;

    @Inject
    Sockets sockets;

    @Inject
    Vertx vertx;

    @TestHTTPResource
    URI address;

    @Test
    void aReaderThatVanishesIsGoneOnceNothingOfWhatItWasSentIsAcknowledged() {
        String path = "/views/posts/" + world.creator();
        try (OtherMachine machine = OtherMachine.start()) {
            assertTrue(vertx.isNativeTransportEnabled());
            machine.openStream(address.getPort(), path + "?timed");
            machine.openStream(address.getPort(), path + "?untimed");
            Channel timed = sockets.byQuery.get("timed");
            Channel untimed = sockets.byQuery.get("untimed");
            assertEquals((int) USER_TIMEOUT.toMillis(), timed.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT));
            assertTrue(untimed.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, 0));

            machine.vanish();
            long vanished = System.nanoTime();
            await().atMost(USER_TIMEOUT.plus(KEEPALIVE).plus(SLACK)).until(() -> !timed.isOpen());
            System.out.printf(
                    "VanishedReaderTest: closed after %d ms, with a keepalive every %d ms and a time-out of %d ms%n",
                    (System.nanoTime() - vanished) / 1_000_000, KEEPALIVE.toMillis(), USER_TIMEOUT.toMillis());
            assertTrue(untimed.isOpen(), "nothing else has ended it");
        }
    }
}

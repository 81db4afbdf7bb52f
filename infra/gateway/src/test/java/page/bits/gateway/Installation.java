package page.bits.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A gateway of our own classes as they are wired in the application, with a configuration of the test's. */
final class Installation {

    /** Of tests that are run on either transport. */
    static final String SOCKETS = "sockets";

    /** A system property: whether to have the sockets of the JDK, as where there is no native transport, and not those of Netty. */
    private static final String JDK_TRANSPORT = "bits.test.jdk-transport";

    final int port;
    final Gateway gateway;
    final Tiers tiers;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    Installation(Vertx vertx, List<String> proxies, String... settings) throws IOException {
        this(vertx, "127.0.0.1", proxies, settings);
    }

    Installation(Vertx vertx, String host, List<String> proxies, String... settings) throws IOException {
        Map<String, String> values = new HashMap<>(Map.of(
                "bits.gateway.probe-interval", "PT0.1S",
                "bits.gateway.resolve-interval", "PT0.1S",
                "bits.gateway.connect-timeout", "PT0.5S"));
        for (String setting : settings) {
            String[] pair = setting.split("=", 2);
            values.put("bits.gateway." + pair[0], pair[1]);
        }
        GatewayConfig config = new SmallRyeConfigBuilder()
                .withMapping(GatewayConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(GatewayConfig.class);
        Refusals refusals = new Refusals(new ObjectMapper(), config);
        tiers = new Tiers(vertx, config, metrics);
        Relay relay = new Relay(vertx, config, tiers, refusals, metrics);
        port = freePort();
        gateway = new Gateway(
                vertx,
                config,
                tiers,
                relay,
                refusals,
                new ApiDocument(tiers, relay),
                metrics,
                Optional.of(proxies),
                host,
                port,
                Duration.ofSeconds(1));
        gateway.start(null);
        Awaitility.await().until(tiers::areKnown);
    }

    /** With the transport that the application has. */
    static Vertx vertx() {
        return Vertx.vertx(new VertxOptions().setPreferNativeTransport(!Boolean.getBoolean(JDK_TRANSPORT)));
    }

    Wire wire() throws IOException {
        return new Wire(port);
    }

    int connections() {
        return (int) metrics.get("bits.gateway.connections").gauge().value();
    }

    /** As at the end of the process. */
    void stop() {
        gateway.stop(null);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

package page.bits.presence;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import page.bits.http.NodeAddress;

/** The nodes of action-service that presence writes through. */
@Singleton
class ActionNodes implements Supplier<List<NodeAddress>> {

    private static final String SELF = "self";
    private static final String ANY = "0.0.0.0";
    private static final String LOOPBACK = "127.0.0.1";

    private final List<NodeAddress> configured;
    private final HttpServer server;
    private final String host;

    /** @throws ConfigurationException where there are none, or what is configured can't be one */
    ActionNodes(PresenceConfig config, HttpServer server, @ConfigProperty(name = "quarkus.http.host") String host) {
        this.server = server;
        this.host = host.equals(ANY) || host.equals("::") ? LOOPBACK : host;
        List<String> nodes = config.actions()
                .orElseThrow(
                        () -> new ConfigurationException(
                                "bits.presence.actions (BITS_PRESENCE_ACTIONS) is not set."
                                        + " It names the nodes of action-service, as HOST:PORT, that presence is written through"));
        this.configured = nodes.equals(List.of(SELF)) ? List.of() : addresses(nodes);
    }

    private static List<NodeAddress> addresses(List<String> nodes) {
        try {
            return nodes.stream().map(String::strip).map(NodeAddress::of).toList();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("bits.presence.actions: " + e.getMessage());
        }
    }

    /** None where this process itself is meant, and does not listen yet. */
    @Override
    public List<NodeAddress> get() {
        if (!configured.isEmpty()) {
            return configured;
        }
        int port = server.getPort();
        return port > 0 ? List.of(new NodeAddress(host, port)) : List.of();
    }
}

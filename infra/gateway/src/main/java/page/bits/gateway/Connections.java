package page.bits.gateway;

import io.vertx.core.net.SocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import page.bits.http.ProblemType;

/** Counts connections, in all and by address. Any thread. */
final class Connections {

    private static final int IPV6_NETWORK_BYTES = 8;

    private final GatewayConfig config;
    private final Addresses proxies;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();

    Connections(GatewayConfig config, Addresses proxies) {
        this.config = config;
        this.proxies = proxies;
    }

    int open() {
        return open.get();
    }

    /** Counts one more until {@link #closed}; tells what is to be said to it if it is one too many. */
    Optional<Guard.Refusal> opened(SocketAddress from) {
        int all = open.incrementAndGet();
        int sameAddress = byAddress.merge(key(from), 1, Integer::sum);
        if (all > config.maxConnections()) {
            return Optional.of(new Guard.Refusal(
                    ProblemType.UNAVAILABLE, "This gateway has all the connections that it takes. Try again later."));
        }
        if (sameAddress > config.maxConnectionsPerAddress() && !proxies.contain(from)) {
            return Optional.of(new Guard.Refusal(
                    ProblemType.TOO_MANY_REQUESTS,
                    "One address may have %d connections.".formatted(config.maxConnectionsPerAddress())));
        }
        return Optional.empty();
    }

    void closed(SocketAddress from) {
        open.decrementAndGet();
        byAddress.computeIfPresent(key(from), (address, count) -> count == 1 ? null : count - 1);
    }

    /** Who has one address of IPv6 has at least the 64 bits after its network: they count as one. */
    private static String key(SocketAddress from) {
        String address = from.hostAddress();
        byte[] bytes = address == null ? null : Addresses.bytes(address);
        if (bytes == null) {
            return from.toString();
        }
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, IPV6_NETWORK_BYTES));
    }
}

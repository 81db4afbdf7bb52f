package page.bits.http;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Whom a request is from, for those who hold addresses to a limit. Never blocks: no name is looked up. */
public final class ClientAddress {

    private ClientAddress() {}

    /**
     * What to count a request under: the address that it comes from by what trusted {@link Proxies} tell; of IPv6 the /64, since
     * whoever has one address of it usually has all. None for this machine itself, which no limit holds, and for a socket
     * without an address.
     */
    public static Optional<String> of(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null || address.host() == null ? Optional.empty() : of(address.host());
    }

    static Optional<String> of(String host) {
        // Null for what a proxy tells instead of an address.
        InetAddress inet = NetUtil.createInetAddressFromIpAddressString(host);
        if (inet == null) {
            return Optional.of(host);
        }
        if (inet.isLoopbackAddress()) {
            return Optional.empty();
        }
        return Optional.of(inet instanceof Inet6Address six ? network(six) : inet.getHostAddress());
    }

    private static String network(Inet6Address address) {
        return HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8));
    }
}

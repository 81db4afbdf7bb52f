package page.bits.action.demo;

import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import page.bits.http.Proxies;

/** Tells who sits at this machine from everyone else. */
@Singleton
class Loopback {

    private static final Pattern NAME =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[?(?:::|(?:0:){7})1]?", Pattern.CASE_INSENSITIVE);

    private static final String FORWARDED = "Forwarded";

    /** One element with one {@code for}, whatever else is told: a second of either may be of someone before the gateway. */
    private static final Pattern ONE_CLIENT =
            Pattern.compile("(?!.*for=.*for=)[^,]*\\bfor=[^,]*", Pattern.CASE_INSENSITIVE);

    /** Of proxies that are none of ours. */
    private static final List<String> PROXY_HEADERS =
            List.of("Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Ssl", "X-Real-IP");

    private final String bindHost;
    private final Proxies proxies;

    Loopback(VertxHttpConfig http, Proxies proxies) {
        this.bindHost = http.host();
        this.proxies = proxies;
    }

    /** Whether the server can be reached from this machine only. */
    boolean isOnlyBindAddress() {
        try {
            return InetAddress.getByName(bindHost).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * Whether a request came from this machine and was meant for it: a page elsewhere whose name was made to lead to this
     * machine (DNS rebinding) still sends its own name as the host. A proxy on this machine sends what others asked of it: its
     * headers tell, or the origin of the page in a visitor's browser does.
     *
     * <p>A gateway on this machine that {@link Proxies} trusts may be between, if it names one client and that is on this
     * machine too.
     */
    boolean holds(RoutingContext request) {
        HttpServerRequest http = request.request();
        SocketAddress peer = http.connection().remoteAddress();
        return isLoopback(peer)
                && isLoopback(http.authority())
                && (!http.headers().contains(FORWARDED) || proxies.trusts(peer) && isForwardedForLoopback(http))
                && PROXY_HEADERS.stream().noneMatch(http.headers()::contains)
                && http.headers().getAll(HttpHeaders.ORIGIN).stream().allMatch(Loopback::isOrigin);
    }

    /** The remote address is then what Quarkus has read there, and no more the gateway's. */
    private static boolean isForwardedForLoopback(HttpServerRequest http) {
        List<String> forwarded = http.headers().getAll(FORWARDED);
        return forwarded.size() == 1
                && ONE_CLIENT.matcher(forwarded.get(0)).matches()
                && isName(http.remoteAddress().host());
    }

    private static boolean isOrigin(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && isName(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLoopback(SocketAddress address) {
        return address != null && address.hostAddress() != null && isName(address.hostAddress());
    }

    private static boolean isLoopback(HostAndPort host) {
        return host != null && isName(host.host());
    }

    /** Never asks a name server. */
    static boolean isName(String host) {
        return NAME.matcher(host).matches();
    }
}

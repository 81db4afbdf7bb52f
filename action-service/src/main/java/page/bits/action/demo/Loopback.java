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

/** Tells who sits at this machine from everyone else. */
@Singleton
class Loopback {

    private static final Pattern NAME =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[?(?:::|(?:0:){7})1]?", Pattern.CASE_INSENSITIVE);

    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP");

    private final String bindHost;

    Loopback(VertxHttpConfig http) {
        this.bindHost = http.host();
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
     */
    boolean holds(RoutingContext request) {
        HttpServerRequest http = request.request();
        return isLoopback(http.connection().remoteAddress())
                && isLoopback(http.authority())
                && PROXY_HEADERS.stream().noneMatch(http.headers()::contains)
                && http.headers().getAll(HttpHeaders.ORIGIN).stream().allMatch(Loopback::isOrigin);
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

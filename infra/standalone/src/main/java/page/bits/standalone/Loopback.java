package page.bits.standalone;

import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Tells who sits at this machine from everyone else. */
@Singleton
class Loopback {

    private static final Pattern NAME =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[?(?:::|(?:0:){7})1]?", Pattern.CASE_INSENSITIVE);

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
     * machine (DNS rebinding) still sends its own name as the host.
     */
    boolean holds(RoutingContext request) {
        HttpServerRequest http = request.request();
        return isLoopback(http.connection().remoteAddress()) && isLoopback(http.authority());
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

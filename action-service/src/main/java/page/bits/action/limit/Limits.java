package page.bits.action.limit;

import io.netty.util.NetUtil;
import io.quarkus.runtime.Startup;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import page.bits.http.ProblemException;

/**
 * Holds actors and addresses to their {@link LimitConfig}. Each node counts by itself, so at n nodes somebody may do up to n
 * times as much. Any thread; never blocks.
 */
@Singleton
@Startup // so that settings that can't be end the process at once
public class Limits {

    private final Buckets actors;
    private final Buckets addresses;

    @Inject
    Limits(LimitConfig config) {
        this.actors = new Buckets("bits.limit.actor", config.actor(), config.remembered());
        this.addresses = new Buckets("bits.limit.address", config.address(), config.remembered());
    }

    /**
     * Counts actions of an actor.
     *
     * @param actor the actor's id
     * @throws ProblemException 429 where they are too many by now; then they do not count
     */
    public void countActor(String actor, int actions) {
        actors.take(actor, actions, "You are");
    }

    /**
     * Counts actions from the address that a request comes from, by what trusted proxies tell.
     *
     * @throws ProblemException like {@link #countActor}
     */
    public void countAddress(HttpServerRequest request, int actions) {
        SocketAddress address = request.remoteAddress();
        if (address == null || address.host() == null) {
            return; // a socket of this machine that has no address
        }
        String host = address.host();
        InetAddress inet = literal(host);
        if (inet == null || !inet.isLoopbackAddress()) {
            addresses.take(inet instanceof Inet6Address six ? network(six) : host, actions, "Your address is");
        }
    }

    /** Null for what a proxy tells instead of an address; no name is ever looked up. */
    private static InetAddress literal(String host) {
        return NetUtil.createInetAddressFromIpAddressString(host);
    }

    /** Whoever has one address of a /64 usually has all of them. */
    private static String network(Inet6Address address) {
        return HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8));
    }
}

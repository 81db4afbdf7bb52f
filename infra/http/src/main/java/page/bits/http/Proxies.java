package page.bits.http;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.net.CidrAddress;
import io.smallrye.common.net.Inet;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The proxies whose {@code Forwarded} is believed: Quarkus does that, told by the same setting. Where the header came from
 * one of them, the scheme, host and remote address of a request are what it tells; from anyone else it is ignored.
 */
@Singleton
public class Proxies {

    private final List<Predicate<InetAddress>> trusted;

    /**
     * @param addresses whose {@code Forwarded} is believed: addresses, or blocks of them as {@code 10.0.0.0/8}. No names, which
     *     would be looked up for every request, and trusted to whoever answers
     */
    Proxies(@ConfigProperty(name = "bits.proxies") Optional<List<String>> addresses) {
        this.trusted =
                addresses.orElse(List.of()).stream().map(Proxies::predicate).toList();
    }

    /** So that a setting that is wrong is told at the start. */
    void onStart(@Observes StartupEvent event) {}

    /** @param peer whom the connection itself is from, not whom {@code Forwarded} names */
    public boolean trusts(SocketAddress peer) {
        InetAddress address =
                peer == null || peer.hostAddress() == null ? null : Inet.parseInetAddress(peer.hostAddress());
        return address != null && trusted.stream().anyMatch(proxy -> proxy.test(address));
    }

    private static Predicate<InetAddress> predicate(String told) {
        InetAddress address = Inet.parseInetAddress(told);
        if (address != null) {
            return address::equals;
        }
        CidrAddress block = Inet.parseCidrAddress(told);
        if (block == null) {
            throw new ConfigurationException(
                    "bits.proxies must be addresses, or blocks of them as 10.0.0.0/8, and '" + told + "' is neither");
        }
        return block::matches;
    }
}

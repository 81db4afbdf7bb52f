package page.bits.gateway;

import io.quarkus.runtime.annotations.QuarkusMain;
import java.security.Security;

/** Starts the gateway as any application of ours, after what only the gateway needs. */
@QuarkusMain(name = "gateway")
public final class Main {

    private Main() {}

    /**
     * Lets no address be cached: a name's other addresses are to be seen when they are there, not when a cache has forgotten the
     * first. The JDK reads how long it caches once, for its first lookup, and the first line that is logged makes one.
     */
    public static void main(String... arguments) {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        page.bits.http.Main.main(arguments);
    }
}

package page.bits.cluster.crash;

import java.time.Duration;
import page.bits.peer.DatomicConfig;

/** A peer's configuration with the defaults that our services have; the schema is installed by whoever is first. */
public record ClientConfig(
        String uri,
        boolean installSchema,
        Duration connectTimeout,
        Duration transactTimeout,
        Duration feedTick,
        Duration confirmInterval,
        Duration staleAfter)
        implements DatomicConfig {

    public static ClientConfig installing(String uri) {
        return of(uri, true);
    }

    static ClientConfig waiting(String uri) {
        return of(uri, false);
    }

    private static ClientConfig of(String uri, boolean installSchema) {
        return new ClientConfig(
                uri,
                installSchema,
                Duration.ofMinutes(2),
                Duration.ofSeconds(10),
                Duration.ofMillis(250),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10));
    }
}

package page.bits.action.presence;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much presence this node takes on at once. */
@ConfigMapping(prefix = "bits.action.presence")
interface PresenceConfig {

    /** The largest body that is taken from a presence node. */
    @WithDefault("1M")
    MemorySize maxBody();

    /** How many writes may be worked on at once; further ones are answered with 503 and not submitted. */
    @WithDefault("64")
    int maxInFlight();

    /** How long to wait for the transactor to tell its newest basis before a write is refused for what this node sees. */
    @WithDefault("PT2S")
    Duration syncTimeout();
}

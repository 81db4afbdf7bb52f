package page.bits.action.body;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What a request's body may cost this process. */
@ConfigMapping(prefix = "bits.body")
public interface BodyConfig {

    /** The largest body that is taken; a larger one is answered with 413. */
    @WithDefault("64K")
    MemorySize maxSize();

    /** How long a client may take to send its body; a slower one is answered with 408 and its connection is closed. */
    @WithDefault("PT30S")
    Duration timeout();

    /**
     * How much of bodies is held at once, from the first byte to the answer; what comes beyond it is answered with 503. Small
     * bodies, as nearly all are, never get there.
     */
    @WithDefault("32M")
    MemorySize maxHeld();
}

package page.bits.action;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much this node takes on at once. */
@ConfigMapping(prefix = "bits.action")
public interface ActionConfig {

    /** How many actions may wait for the transactor; further ones are answered with 503 and not submitted. */
    @WithDefault("1000")
    int maxInFlight();

    /** How long to wait for the transactor to tell its newest basis before an action is refused for what this node sees. */
    @WithDefault("PT2S")
    Duration syncTimeout();

    /** What {@code Retry-After} tells a client whose action was not submitted. */
    @WithDefault("PT1S")
    Duration retryAfter();
}

package page.bits.action.submission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much this node takes on at once. */
@ConfigMapping(prefix = "bits.action")
public interface ActionConfig {

    /** How many actions may have a transaction in flight. */
    @WithDefault("1000")
    int maxInFlight();

    /** How many more may wait for their turn; further ones are answered with 503 at once and not submitted. */
    @WithDefault("1000")
    int maxWaiting();

    /** How long a turn may take to come before an action is answered with 503 and not submitted. */
    @WithDefault("PT5S")
    Duration maxWait();

    /** How many actions a batch may hold. */
    @WithDefault("100")
    int maxBatch();

    /** Threads that read requests, verify tokens and decide what an action changes. */
    @WithDefault("16")
    int threads();

    /** How long to wait for the transactor to tell its newest basis before an action is refused for what this node sees. */
    @WithDefault("PT2S")
    Duration syncTimeout();

    /** What {@code Retry-After} tells a client whose action was not submitted. */
    @WithDefault("PT1S")
    Duration retryAfter();
}

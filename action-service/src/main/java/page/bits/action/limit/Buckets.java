package page.bits.action.limit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * Token buckets by a key. One that nobody took from until it was full again is as good as a new one, so it is forgotten; where
 * there are too many, so are those that were seen seldom or long ago.
 */
final class Buckets {

    /** More than anyone could do; beyond 10<sup>9</sup> a second Bucket4j does not count. */
    private static final long MAX = 1_000_000;

    private final String config;
    private final LimitConfig.Rate rate;
    private final LoadingCache<String, Bucket> buckets;

    /** @param config the key of the configuration, for messages */
    Buckets(String config, LimitConfig.Rate rate, long remembered) {
        if (rate.rate() < 0 || rate.rate() > MAX || rate.burst() < 1 || rate.burst() > MAX) {
            throw new ConfigurationException(
                    "%s.rate has to be 0 to %d, and %s.burst 1 to %d".formatted(config, MAX, config, MAX));
        }
        if (remembered < 1) {
            throw new ConfigurationException("bits.limit.remembered has to be 1 or more");
        }
        this.config = config;
        this.rate = rate;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(remembered)
                .expireAfterAccess(Duration.ofSeconds(1 + rate.burst() / Math.max(1, rate.rate())))
                .build(key -> Bucket.builder()
                        .addLimit(
                                limit -> limit.capacity(rate.burst()).refillGreedy(rate.rate(), Duration.ofSeconds(1)))
                        .build());
    }

    /**
     * @param who begins the sentence that tells of it
     * @throws ProblemException 429 where there are not as many left; then none are taken
     */
    void take(String key, int tokens, String who) {
        if (rate.rate() == 0) {
            return;
        }
        // More than a bucket ever holds would never pass: a full one will do.
        ConsumptionProbe taken = buckets.get(key).tryConsumeAndReturnRemaining(Math.min(tokens, rate.burst()));
        if (!taken.isConsumed()) {
            throw ProblemException.retryLater(
                    ProblemType.TOO_MANY_REQUESTS,
                    who
                            + " too fast: %d actions a second, or %d at once, are taken (%s). Nothing was submitted."
                                    .formatted(rate.rate(), rate.burst(), config),
                    Duration.ofNanos(taken.getNanosToWaitForRefill())
                            .plusSeconds(1)
                            .minusNanos(1));
        }
    }
}

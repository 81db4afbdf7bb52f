package page.bits.presence.node;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import page.bits.presence.PresenceConfig;

/**
 * How long what takes, in nanoseconds of a monotonic clock.
 *
 * @param lease without news of a node for so long, the others take it for dead
 * @param renew how often a node gives news of itself
 * @param grace how long a viewer may be without a connection
 * @param handover how much later that takes effect
 */
public record Timing(long lease, long renew, long grace, long handover) {

    /** As many as action-service takes. */
    private static final int MOST_CHANGES = 1_000;

    /** @throws ConfigurationException where a setting can't be meant */
    public static Timing of(PresenceConfig config) {
        positive("tick", config.tick());
        positive("write-timeout", config.writeTimeout());
        notNegative("push-interval", config.pushInterval());
        notNegative("basis-wait", config.basisWait());
        notNegative("idle", config.idle());
        require(
                config.maxChanges() >= Attendant.MAX_CHANGES && config.maxChanges() <= MOST_CHANGES,
                "max-changes must be from " + Attendant.MAX_CHANGES + " to " + MOST_CHANGES + ": "
                        + config.maxChanges());
        require(config.maxLoading() > 0, "max-loading must be 1 or more: " + config.maxLoading());
        require(config.readThreads() > 0, "read-threads must be 1 or more: " + config.readThreads());
        Timing timing = new Timing(
                positive("lease", config.lease()),
                positive("renew", config.renew()),
                notNegative("grace", config.grace()),
                notNegative("handover", config.handover()));
        require(
                timing.lease >= 3 * timing.renew,
                "lease must be three times bits.presence.renew or more: " + config.lease() + ", " + config.renew());
        return timing;
    }

    /**
     * For how long a node may miss its own renewal before it can't tell whether others are dead or it is cut off itself. Less
     * than the lease by more than the time between two renewals: where the database is away from all, each node finds that out
     * before it takes another for dead, whichever of them was heard last.
     */
    long freeze() {
        return (lease - renew) * 7 / 10;
    }

    /** How long after the last connection closed a leave is written. */
    long leave() {
        return grace + handover;
    }

    private static long positive(String key, Duration value) {
        require(!value.isNegative() && !value.isZero(), key + " must be longer than nothing: " + value);
        return value.toNanos();
    }

    private static long notNegative(String key, Duration value) {
        require(!value.isNegative(), key + " must not be negative: " + value);
        return value.toNanos();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new ConfigurationException("bits.presence." + what);
        }
    }
}

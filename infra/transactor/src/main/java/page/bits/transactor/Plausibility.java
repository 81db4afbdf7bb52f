package page.bits.transactor;

import io.quarkus.runtime.configuration.ConfigurationException;

/** What the types of the configuration don't say about its values. */
final class Plausibility {

    private static final long GIBIBYTE = 1L << 30;

    private Plausibility() {}

    /** @throws ConfigurationException that names the key and what it may be */
    static void require(TransactorConfig config) {
        require(config.storageUrl().startsWith("jdbc:postgresql:"), "storage-url", "begins with jdbc:postgresql:");
        require(config.port() >= 1 && config.port() <= 65_535, "port", "is from 1 to 65535");
        require(config.maxGroupSize() >= 1, "max-group-size", "is at least 1");
        require(
                config.submitQueue() >= config.maxGroupSize(),
                "submit-queue",
                "is at least bits.transactor.max-group-size");
        long room = config.submitQueueBytes().asLongValue();
        require(room >= 1 && room <= GIBIBYTE, "submit-queue-bytes", "is from 1 to 1G");
        require(config.memoryIndexThreshold().asLongValue() >= 1, "memory-index-threshold", "is at least 1");
        require(
                config.memoryIndexMax().asLongValue()
                        >= config.memoryIndexThreshold().asLongValue(),
                "memory-index-max",
                "is at least bits.transactor.memory-index-threshold");
        require(
                !config.heartbeatInterval().isZero()
                        && !config.heartbeatInterval().isNegative(),
                "heartbeat-interval",
                "is more than nothing");
        require(
                !config.standbyInterval().isZero() && !config.standbyInterval().isNegative(),
                "standby-interval",
                "is more than nothing");
        require(
                config.isolationLimit().compareTo(config.heartbeatInterval()) > 0,
                "isolation-limit",
                "is more than bits.transactor.heartbeat-interval");
    }

    private static void require(boolean holds, String key, String what) {
        if (!holds) {
            throw new ConfigurationException("bits.transactor." + key + " has a value that is not allowed: it " + what);
        }
    }
}

package page.bits.view;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;

/** Has a setting of views that can't be meant end the process at start, and not fail each reader whom it concerns. */
@Singleton
@Startup
class SettingsCheck {

    /** @throws ConfigurationException where a setting can't be meant */
    SettingsCheck(ViewsConfig config) {
        requirePositive("render-threads", config.renderThreads());
        requirePositive("answer-threads", config.answerThreads());
        requirePositive("transaction-queue", config.transactionQueue());
        requirePositive("keys-per-stream", config.keysPerStream());
        requirePositive("traces-per-rendering", config.tracesPerRendering());
        requirePositive("creators-per-page", config.creatorsPerPage());
        if (config.basisWait().isNegative()) {
            throw new ConfigurationException("bits.views.basis-wait must not be negative: " + config.basisWait());
        }
    }

    private static void requirePositive(String key, int value) {
        if (value < 1) {
            throw new ConfigurationException("bits.views." + key + " must be 1 or more: " + value);
        }
    }
}

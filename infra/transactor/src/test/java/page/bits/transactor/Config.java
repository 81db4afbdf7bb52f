package page.bits.transactor;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The configuration as a running transactor would have it, with its defaults. */
final class Config {

    private Config() {}

    static TransactorConfig with(Map<String, String> values) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(TransactorConfig.class)
                .withDefaultValue("bits.transactor.storage-url", "jdbc:postgresql://127.0.0.1/none");
        values.forEach((key, value) -> builder.withDefaultValue("bits.transactor." + key, value));
        SmallRyeConfig config = builder.build();
        return config.getConfigMapping(TransactorConfig.class);
    }
}

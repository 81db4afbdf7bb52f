package page.bits.identity;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings of {@code bits.auth} as they are read at start, with their defaults. */
public final class Settings {

    /** Of the provider that most tests have. */
    static final String PROVIDER = "bits.auth.oidc.\"provider\".";

    private Settings() {}

    public static AuthConfig of(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(AuthConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(AuthConfig.class);
    }

    /**
     * Settings of {@link #PROVIDER}, by the ends of their keys, beside those that it needs. With more time for documents than
     * by default, since tests run on machines that are busy.
     */
    static Map<String, String> provider(String issuer, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>();
        settings.put(PROVIDER + "issuer", issuer);
        settings.put(PROVIDER + "audience", "bits");
        settings.put(PROVIDER + "connect-timeout", "PT30S");
        settings.put(PROVIDER + "read-timeout", "PT30S");
        more.forEach((key, value) -> settings.put(PROVIDER + key, value));
        return settings;
    }
}

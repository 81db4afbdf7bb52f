package page.bits.presence.peer;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Derives where the presence database is from {@code bits.datomic.uri}: in the same storage, under the same name with
 * {@value #SUFFIX}. An expression in a properties file can't put that before the question mark.
 */
public class PresenceDatabaseUri implements ConfigSourceFactory {

    private static final String DERIVED = "bits.presence.datomic.uri";
    private static final String MAIN = "bits.datomic.uri";
    private static final String SUFFIX = "-presence";

    /** Below every file, so that whoever sets the derived key itself is heard. */
    private static final int ORDINAL = 50;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String main = context.getValue(MAIN).getValue();
        return main == null
                ? List.of()
                : List.of(new PropertiesConfigSource(Map.of(DERIVED, beside(main)), "derived from " + MAIN, ORDINAL));
    }

    /** A URI ends with the name of the database, but for what tells of the storage: that follows the first question mark. */
    static String beside(String main) {
        int query = main.indexOf('?');
        int end = query < 0 ? main.length() : query;
        return main.substring(0, end) + SUFFIX + main.substring(end);
    }
}

package page.bits.http;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Derives how long Quarkus keeps connections open in a shutdown from {@code bits.drain.delay}: as long, and then a moment for
 * the last events to leave, a longer one where there is a drain at all: half a second was too short for 2,000 streams on a
 * machine with much else to do. An expression in a properties file can't add.
 */
public class ShutdownDelay implements ConfigSourceFactory {

    private static final String DERIVED = "quarkus.shutdown.delay";
    private static final String DRAIN = "bits.drain.delay";
    private static final Duration LAST_EVENTS = Duration.ofSeconds(2);
    private static final Duration LAST_EVENTS_WITHOUT_DRAIN = Duration.ofMillis(500);

    /** Below every file, so that whoever sets the derived key itself is heard. */
    private static final int ORDINAL = 50;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String drain = context.getValue(DRAIN).getValue();
        if (drain == null) {
            return List.of();
        }
        try {
            Duration drained = DurationConverter.parseDuration(drain);
            Duration delay = drained.plus(drained.isZero() ? LAST_EVENTS_WITHOUT_DRAIN : LAST_EVENTS);
            return List.of(
                    new PropertiesConfigSource(Map.of(DERIVED, delay.toString()), "derived from " + DRAIN, ORDINAL));
        } catch (IllegalArgumentException e) {
            // DrainConfig tells it better.
            return List.of();
        }
    }
}

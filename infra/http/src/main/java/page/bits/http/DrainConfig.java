package page.bits.http;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;

/** How a process that was asked to end takes its leave. Its readiness is down from the first moment on. */
@ConfigMapping(prefix = "bits.drain")
public interface DrainConfig {

    /**
     * How long it goes on as ever, so that whoever polls its readiness sends it nothing new; then its streams are told to
     * reconnect. Its default is in our microprofile-config.properties, where {@link ShutdownDelay} sees it too.
     */
    Duration delay();
}

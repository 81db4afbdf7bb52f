package page.bits.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The connections that Quarkus accepts for an application of ours. */
@ConfigMapping(prefix = "bits.http")
public interface HttpConfig {

    /**
     * After how long a client ends whose machine acknowledges nothing of what was sent, or has no room for any of it; 0 for the
     * kernel's own patience. See {@link TcpUserTimeout}.
     */
    @WithDefault("PT20S")
    Duration tcpUserTimeout();
}

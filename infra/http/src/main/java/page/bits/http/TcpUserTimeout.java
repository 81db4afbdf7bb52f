package page.bits.http;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.net.TCPSSLOptions;
import java.time.Duration;

/**
 * For how long what was sent over a connection may be neither acknowledged by the other side's machine nor, where that has no
 * room for it, sent at all, before our kernel ends the connection (RFC 5482; {@code TCP_USER_TIMEOUT} in tcp(7)). That is how
 * another side is noticed that vanished without closing: without it the kernel tries for a quarter of an hour. It is not
 * noticed while nothing is sent to it.
 *
 * <p>It holds on the native transport of Linux alone; on any other one it does nothing.
 *
 * @param key the setting that the value is of
 * @param value zero for the kernel's own patience; else at least a second, in which a lost packet is sent again, and at most a
 *     day
 */
public record TcpUserTimeout(String key, Duration value) {

    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofDays(1);

    /** @throws ConfigurationException if the value is out of range */
    public TcpUserTimeout {
        if (!value.isZero() && (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0)) {
            throw new ConfigurationException(
                    "%s must be 0, or from %s to %s, and %s is neither".formatted(key, LEAST, MOST, value));
        }
    }

    /** Makes it that of all connections of a server, or a client, with these options. */
    public void applyTo(TCPSSLOptions options) {
        options.setTcpUserTimeout(Math.toIntExact(value.toMillis()));
    }
}

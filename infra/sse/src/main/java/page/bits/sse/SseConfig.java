package page.bits.sse;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How streams behave. */
@ConfigMapping(prefix = "bits.sse")
public interface SseConfig {

    /** How long after the last event of a stream a keepalive follows. */
    @WithDefault("PT15S")
    Duration keepalive();

    /** How long a browser waits before it connects again by itself. */
    @WithDefault("PT2S")
    Duration retry();

    /** The most that a reader is told to stay away when the node shuts down; each is told a random time up to it. */
    @WithDefault("PT5S")
    Duration reconnectJitter();

    /** How many bytes may wait for one reader's socket, one frame more or less, before it counts as slow. */
    @WithDefault("65536")
    int writeQueueBytes();

    /**
     * For how long a reader's socket may take nothing, though something waits for it, before its connection is reset. Less
     * than the gateway's {@code bits.gateway.stream-idle}, after which that one cuts the stream.
     */
    @WithDefault("PT30S")
    Duration stallTimeout();

    /** Streams that this process may have open; 0 for any number. Each takes some 7 KiB of heap and 3 KiB of the kernel. */
    @WithDefault("20000")
    int maxStreams();

    /** Streams that one address may have open at this process; 0 for any number. */
    @WithDefault("256")
    int maxStreamsPerAddress();

    /** Streams that one signed-in actor may have open at this process; 0 for any number. */
    @WithDefault("64")
    int maxStreamsPerActor();
}

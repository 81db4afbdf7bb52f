package page.bits.streaming;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import page.bits.http.DrainConfig;
import page.bits.sse.EventStreams;

/** How a node's streams end when it goes away. */
public final class Farewell {

    private static final Logger LOG = Logger.getLogger(Farewell.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Farewell() {}

    /**
     * Ends the streams with {@code reconnect} once {@code bits.drain.delay} has passed, in the delay of a shutdown, in which
     * readiness is already down: when {@code ShutdownEvent} comes, the connections are closed. To be called when that delay
     * begins; returns at once where there is a delay at all, since others may still have to hear of the shutdown.
     *
     * @param then runs when every stream was told, on a worker thread or the calling one
     */
    public static void begin(Vertx vertx, DrainConfig drain, EventStreams streams, Runnable then) {
        if (drain.delay().isZero()) {
            end(streams, then);
        } else {
            vertx.setTimer(
                    drain.delay().toMillis(),
                    timer -> vertx.executeBlocking(() -> {
                        end(streams, then);
                        return null;
                    }));
        }
    }

    private static void end(EventStreams streams, Runnable then) {
        try {
            streams.close().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            LOG.warnf(e, "Not every stream could be told to reconnect");
        }
        then.run();
    }
}

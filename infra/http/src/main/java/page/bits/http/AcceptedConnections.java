package page.bits.http;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Has every connection that Quarkus accepts end when its client has vanished: see {@link TcpUserTimeout}. */
@Singleton
class AcceptedConnections implements HttpServerOptionsCustomizer {

    private static final Logger LOG = Logger.getLogger(AcceptedConnections.class);

    private final TcpUserTimeout userTimeout;

    AcceptedConnections(HttpConfig config) {
        this.userTimeout = new TcpUserTimeout("bits.http.tcp-user-timeout", config.tcpUserTimeout());
    }

    /** In every application of ours, since those that listen by themselves set the same option. */
    void onStart(@Observes StartupEvent event, Vertx vertx) {
        if (!vertx.isNativeTransportEnabled()) {
            LOG.info("The native transport of Linux is not in use:"
                    + " clients that vanish without closing are noticed by other time-outs only");
        }
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        userTimeout.applyTo(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        userTimeout.applyTo(options);
    }
}

package page.bits.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import page.bits.http.TcpUserTimeout;

/** Passes requests on to nodes: what all {@linkplain Passage passages} share. */
@Singleton
class Relay {

    private static final Logger LOG = Logger.getLogger(Relay.class);

    /** Well before a node, or the time-out of idle connections, closes one that is just being used again. */
    private static final int KEEP_ALIVE_SECONDS = 20;

    private final Vertx vertx;
    private final GatewayConfig config;
    private final Tiers tiers;
    private final Refusals refusals;
    private final HttpClient requests;
    private final HttpClient streams;
    private final Counter elsewhere;

    Relay(Vertx vertx, GatewayConfig config, Tiers tiers, Refusals refusals, MeterRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.tiers = tiers;
        this.refusals = refusals;
        // The begin of an answer is timed by its passage; this is for an answer that stops half-way.
        Duration idle = config.bodyTimeout().plus(config.responseTimeout());
        this.requests = vertx.createHttpClient(options(idle), pool(config.requestsPerNode()));
        // Any stream may be cut at any time, and its connection with it: so that is never another's.
        HttpClientOptions endless = options(config.streamIdle()).setKeepAlive(false);
        TcpUserTimeout userTimeout = GatewayConfig.tcpUserTimeout(config);
        userTimeout.applyTo(endless);
        this.streams = vertx.httpClientBuilder()
                .with(endless)
                .with(pool(config.streamsPerNode()))
                .withConnectHandler(connection -> {
                    // Vert.x would call each of them an error; the passage tells whose stream it was.
                    connection.exceptionHandler(why -> LOG.debugf("A stream's connection failed: %s", why));
                    KernelProbes.begin(connection, userTimeout);
                })
                .build();
        this.elsewhere = Counter.builder("bits.gateway.elsewhere")
                .description("Requests that went to another node because the first could not be reached")
                .register(metrics);
    }

    /**
     * Answers a request with the answer of a node. On the request's event loop.
     *
     * @param stream whether the answer has no end
     */
    void pass(Exchange exchange, Tier tier, Client client, boolean stream) {
        Passage passage = new Passage(this, exchange, tier, client, stream);
        HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), requests)
                .origin(context -> passage.origin())
                .addInterceptor(passage)
                .handle(exchange.request());
    }

    /** A connection to a node, from the pool or a new one. */
    Future<HttpClientRequest> connect(Node node, boolean stream) {
        RequestOptions options = new RequestOptions()
                .setServer(node.address())
                .setHost(node.address().hostAddress())
                .setPort(node.address().port());
        return (stream ? streams : requests).request(options);
    }

    /** A connection's own time-out, since that of a request ends with the head of its answer. */
    private HttpClientOptions options(Duration idle) {
        return new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setIdleTimeout(Math.toIntExact(idle.toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS);
    }

    /** The length of the queue is an option of the pool: where one is given, that of the client is not looked at. */
    private PoolOptions pool(int connections) {
        return new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(config.waitingPerNode());
    }

    void couldNotReach(Tier tier, Node node, Throwable why) {
        LOG.debugf("%s at %s could not be reached: %s", tier, node, why);
        tiers.found(tier, node, Node.Health.AWAY);
    }

    void goesElsewhere() {
        elsewhere.increment();
    }

    Refusals refusals() {
        return refusals;
    }

    Duration responseTimeout() {
        return config.responseTimeout();
    }

    Vertx vertx() {
        return vertx;
    }
}

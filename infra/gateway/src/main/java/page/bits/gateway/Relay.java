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
import org.jboss.logging.Logger;

/** Passes requests on to nodes: what all {@linkplain Passage passages} share. */
@Singleton
class Relay {

    private static final Logger LOG = Logger.getLogger(Relay.class);

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
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setMaxWaitQueueSize(config.waitingPerNode());
        this.requests = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(config.requestsPerNode()));
        this.streams = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(config.streamsPerNode()));
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
        // What is no stream is timed as a whole by its passage.
        return stream
                ? streams.request(options.setIdleTimeout(config.streamIdle().toMillis()))
                : requests.request(options);
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

    Duration retryAfter() {
        return config.retryAfter();
    }

    Duration responseTimeout() {
        return config.responseTimeout();
    }

    Vertx vertx() {
        return vertx;
    }
}

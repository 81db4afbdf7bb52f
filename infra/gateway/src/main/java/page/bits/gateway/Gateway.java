package page.bits.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import page.bits.http.Problem;
import page.bits.http.ProblemType;
import page.bits.http.TcpUserTimeout;

/**
 * Listens, and answers every request: by a node of the tier that its path belongs to, or by a problem document. What is under
 * {@code /q} is answered by Quarkus.
 */
@Singleton
class Gateway {

    static final String EVENT_STREAM = "text/event-stream";

    private static final Logger LOG = Logger.getLogger(Gateway.class);
    private static final Logger ACCESS = Logger.getLogger("page.bits.gateway.access");

    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final Vertx vertx;
    private final GatewayConfig config;
    private final Tiers tiers;
    private final Relay relay;
    private final Refusals refusals;
    private final ApiDocument document;
    private final Addresses proxies;
    private final Addresses operators;
    private final Connections connections;
    private final TcpUserTimeout userTimeout;
    private final String host;
    private final int port;
    private final Duration drain;
    private final Set<Exchange> streams = ConcurrentHashMap.newKeySet();
    private final Set<Exchange> requests = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private volatile boolean stopping;

    /** @param proxies whose word on the client is taken: addresses or CIDR blocks */
    Gateway(
            Vertx vertx,
            GatewayConfig config,
            Tiers tiers,
            Relay relay,
            Refusals refusals,
            ApiDocument document,
            MeterRegistry metrics,
            @ConfigProperty(name = "bits.proxies") Optional<List<String>> proxies,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int port,
            @ConfigProperty(name = "quarkus.shutdown.delay", defaultValue = "0S") Duration drain) {
        this.vertx = vertx;
        this.config = config;
        this.tiers = tiers;
        this.relay = relay;
        this.refusals = refusals;
        this.document = document;
        this.proxies = new Addresses(proxies.orElse(List.of()));
        this.operators = new Addresses(config.operators());
        this.connections = new Connections(config, this.proxies);
        this.userTimeout = GatewayConfig.tcpUserTimeout(config);
        this.host = host;
        this.port = port;
        this.drain = drain;
        Gauge.builder("bits.gateway.connections", connections, Connections::open)
                .description("Clients that are connected")
                .register(metrics);
    }

    void start(@Observes StartupEvent event) {
        tiers.start();
        vertx.deployVerticle(
                        Listener::new,
                        new DeploymentOptions()
                                .setInstances(Runtime.getRuntime().availableProcessors()))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        LOG.infof("Listening on http://%s:%d", host, port);
    }

    /** Readiness is down from now on. All streams cut at once would all come back at once. */
    void drain(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
        streams.forEach(this::cutSoon);
    }

    private void cutSoon(Exchange stream) {
        long when = 1 + ThreadLocalRandom.current().nextLong(Math.max(1, drain.toMillis() * 3 / 4));
        vertx.setTimer(when, timer -> stream.request().connection().close());
    }

    /** Waits for the answers that are still to come: who sent an action wants to know what became of it. */
    void stop(@Observes ShutdownEvent event) {
        draining = true;
        stopping = true;
        tiers.stop();
        long until = System.nanoTime() + config.responseTimeout().toNanos();
        while (!requests.isEmpty() && System.nanoTime() < until) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** One event loop's share: all of them listen on the same port. */
    private final class Listener extends AbstractVerticle {
        @Override
        public void start(Promise<Void> started) {
            HttpServerOptions options = new HttpServerOptions()
                    .setHost(host)
                    .setPort(port)
                    .setMaxHeaderSize(config.maxHeaderSize())
                    .setMaxInitialLineLength(config.maxRequestLine())
                    .setHttp2ClearTextEnabled(false)
                    .setHandle100ContinueAutomatically(true)
                    .setTcpNoDelay(true);
            userTimeout.applyTo(options);
            vertx.createHttpServer(options)
                    .connectionHandler(connection -> connected(connection, options))
                    .requestHandler(Gateway.this::handle)
                    .listen()
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }

    private void connected(HttpConnection connection, HttpServerOptions options) {
        Optional<Guard.Refusal> refusal = connections.opened(connection.remoteAddress());
        connection.closeHandler(closed -> connections.closed(connection.remoteAddress()));
        Guard.watch(connection, options, config, refusals, refusal);
    }

    private void handle(HttpServerRequest request) {
        if (Guard.isClosing(request.connection())) {
            return; // pipelined behind one that was told that it is the last
        }
        Exchange exchange = begin(request);
        Optional<Client> client = Client.of(request, proxies);
        Optional<Route> route = Route.of(request.uri());
        if (client.isEmpty()) {
            refuse(exchange, ProblemType.BAD_REQUEST, "The request names no host, or one that is none.");
        } else if (route.isEmpty()) {
            refuse(
                    exchange,
                    ProblemType.BAD_REQUEST,
                    "The path is not plain: it has an empty segment, dots, an encoded slash or the like.");
        } else {
            handle(exchange, client.get(), route.get());
        }
    }

    private Exchange begin(HttpServerRequest request) {
        Exchange exchange = Exchange.begin(request);
        if (config.accessLog()) {
            long began = System.nanoTime();
            exchange.atEnd(() -> log(exchange, began));
        }
        return exchange;
    }

    private void handle(Exchange exchange, Client client, Route route) {
        switch (route) {
            case ACTIONS -> pass(exchange, tiers.actions(), client);
            case VIEWS -> pass(exchange, tiers.views(), client);
            case PRESENCE ->
                tiers.presence()
                        .ifPresentOrElse(
                                tier -> pass(exchange, tier, client),
                                () -> refuse(exchange, ProblemType.NOT_FOUND, "There is no presence here."));
            case OPERATIONS -> operate(exchange, client);
            case INTERNAL -> refuse(exchange, ProblemType.NOT_FOUND, "There is nothing at this path.");
        }
    }

    private void pass(Exchange exchange, Tier tier, Client client) {
        HttpServerRequest request = exchange.request();
        boolean stream = asksForStream(request);
        if (stream && request.version() == HttpVersion.HTTP_1_0) {
            refuse(exchange, ProblemType.HTTP_VERSION, "A stream needs HTTP/1.1.");
            return;
        }
        if (draining) {
            request.response().putHeader("Connection", "close");
        }
        Set<Exchange> underWay = stream ? streams : requests;
        underWay.add(exchange);
        exchange.atEnd(() -> underWay.remove(exchange));
        if (stopping) { // once it was added: either stop() waits for it, or it is not sent
            refuse(exchange, ProblemType.UNAVAILABLE, "This gateway is stopping. Nothing was submitted; try again.");
            return;
        }
        if (stream && draining) {
            cutSoon(exchange); // it may have been added too late for the others' turn
        }
        relay.pass(exchange, tier, client, stream);
    }

    private static boolean asksForStream(HttpServerRequest request) {
        return request.method() == HttpMethod.GET
                && request.headers().getAll("Accept").stream()
                        .anyMatch(accept -> accept.toLowerCase(Locale.ROOT).contains(EVENT_STREAM));
    }

    private void operate(Exchange exchange, Client client) {
        HttpServerRequest request = exchange.request();
        if (!operators.contain(client.address())) {
            refuse(exchange, ProblemType.NOT_FOUND, "There is nothing at this path.");
        } else if (request.path().equals(ApiDocument.PATH) && request.method() == HttpMethod.GET) {
            document.answer(request);
        } else {
            VertxHttpRecorder.getRootHandler().handle(request);
        }
    }

    /** The last answer of its connection: nobody reads the body, which a next request would come after. */
    private void refuse(Exchange exchange, ProblemType type, String detail) {
        HttpServerRequest request = exchange.request();
        request.response()
                .setStatusCode(type.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Connection", "close")
                .putHeader(Exchange.REQUEST_ID, exchange.id());
        refusals.retryAfter(type).ifPresent(seconds -> request.response().putHeader("Retry-After", seconds));
        request.response().end(refusals.document(type, detail));
    }

    private static void log(Exchange exchange, long began) {
        HttpServerRequest request = exchange.request();
        ACCESS.infof(
                "%s %s %s %d %.1f ms %s",
                request.remoteAddress().hostAddress(),
                request.method(),
                request.path(),
                request.response().getStatusCode(),
                (System.nanoTime() - began) / 1e6,
                exchange.id());
    }
}

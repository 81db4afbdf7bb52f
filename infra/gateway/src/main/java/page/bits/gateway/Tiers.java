package page.bits.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import page.bits.http.NodeAddress;

/**
 * All tiers. Looks up their hosts again and again, since a name may lead to other nodes from one moment to the next, and asks
 * each node again and again whether it is ready.
 */
@Singleton
class Tiers {

    private static final Logger LOG = Logger.getLogger(Tiers.class);
    private static final String READY = "/q/health/ready";
    private static final int OK = 200;

    private final Vertx vertx;
    private final GatewayConfig config;
    private final HttpClient probes;
    private final Tier actions;
    private final Tier views;
    private final Optional<Tier> presence;
    private final Map<NodeAddress, List<SocketAddress>> lastKnown = new ConcurrentHashMap<>();
    private volatile boolean known;
    private volatile boolean stopped;

    Tiers(Vertx vertx, GatewayConfig config, MeterRegistry metrics) {
        this.vertx = vertx;
        this.config = config;
        this.actions = new Tier("action-service", config.actions());
        this.views = new Tier("view-service", config.views());
        this.presence = config.presence().map(targets -> new Tier("presence-service", targets));
        int patience = Math.toIntExact(config.connectTimeout().toMillis());
        this.probes = vertx.createHttpClient(
                // A connection of its own each time: a node that takes no new ones is not ready.
                new HttpClientOptions()
                        .setKeepAlive(false)
                        .setConnectTimeout(patience)
                        .setIdleTimeout(patience)
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS),
                new PoolOptions().setHttp1MaxSize(2));
        all().forEach(tier -> describe(tier, metrics));
    }

    Tier actions() {
        return actions;
    }

    Tier views() {
        return views;
    }

    Optional<Tier> presence() {
        return presence;
    }

    Stream<Tier> all() {
        return Stream.concat(Stream.of(actions, views), presence.stream());
    }

    /** Whether every node that there was at the start has been asked. */
    boolean areKnown() {
        return known;
    }

    void start() {
        resolve().onComplete(resolved -> probe().onComplete(probed -> known = true));
    }

    void stop() {
        stopped = true;
    }

    private void again(Duration later, Runnable task) {
        if (!stopped) {
            vertx.setTimer(later.toMillis(), timer -> {
                if (!stopped) {
                    task.run();
                }
            });
        }
    }

    private Future<Void> resolve() {
        return Future.join(all().map(this::resolve).toList())
                .<Void>mapEmpty()
                .onComplete(done -> again(config.resolveInterval(), this::resolve));
    }

    /** A lookup may take long, and nobody waits for it. */
    private Future<Void> resolve(Tier tier) {
        return vertx.executeBlocking(() -> addresses(tier), false)
                .onSuccess(addresses -> addresses.ifPresent(tier::resolved))
                .onFailure(failure -> LOG.errorf(failure, "The nodes of %s could not be looked up", tier))
                .mapEmpty();
    }

    /** A host whose name can't be looked up now keeps the addresses that it had. */
    private Optional<Set<SocketAddress>> addresses(Tier tier) {
        Set<SocketAddress> addresses = new LinkedHashSet<>();
        for (NodeAddress target : tier.targets()) {
            try {
                lastKnown.put(
                        target,
                        Arrays.stream(InetAddress.getAllByName(target.host()))
                                .map(address ->
                                        SocketAddress.inetSocketAddress(target.port(), address.getHostAddress()))
                                .toList());
            } catch (UnknownHostException e) {
                LOG.warnf("No address is known of %s, a host of %s", target.host(), tier);
            }
            addresses.addAll(lastKnown.getOrDefault(target, List.of()));
        }
        return Optional.of(addresses).filter(found -> !found.isEmpty());
    }

    private Future<Void> probe() {
        List<Future<Void>> asked = all().flatMap(tier -> tier.nodes().stream().map(node -> probe(tier, node)))
                .toList();
        return Future.join(asked).<Void>mapEmpty().onComplete(done -> again(config.probeInterval(), this::probe));
    }

    private Future<Void> probe(Tier tier, Node node) {
        long patience = config.connectTimeout().toMillis();
        RequestOptions ready = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setServer(node.address())
                .setHost(node.address().hostAddress())
                .setPort(node.address().port())
                .setURI(READY)
                .setConnectTimeout(2 * patience) // with the wait for the pool
                .setIdleTimeout(patience);
        return probes.request(ready)
                .compose(request -> request.send())
                .onSuccess(response -> node.answers())
                .map(response -> response.statusCode() == OK ? Node.Health.READY : Node.Health.UNREADY)
                .otherwise(failure -> {
                    boolean silent = failure instanceof TimeoutException || failure instanceof ConnectTimeoutException;
                    return silent && node.misses() < config.probeMisses() ? node.health() : Node.Health.AWAY;
                })
                .onSuccess(health -> found(tier, node, health))
                .mapEmpty();
    }

    /** Notes what is found out about a node, and logs it if it is news. */
    void found(Tier tier, Node node, Node.Health health) {
        if (node.is(health)) {
            LOG.infof("%s at %s is %s", tier, node, Objects.toString(health).toLowerCase(Locale.ROOT));
        }
    }

    private static void describe(Tier tier, MeterRegistry metrics) {
        for (Node.Health health : Node.Health.values()) {
            Gauge.builder(
                            "bits.gateway.nodes",
                            tier,
                            it -> it.nodes().stream()
                                    .filter(node -> node.health() == health)
                                    .count())
                    .tag("tier", tier.name())
                    .tag("health", health.name().toLowerCase(Locale.ROOT))
                    .description("Nodes by what is known of them")
                    .register(metrics);
        }
        Gauge.builder(
                        "bits.gateway.streams",
                        tier,
                        it -> it.nodes().stream().mapToInt(Node::streams).sum())
                .tag("tier", tier.name())
                .description("Streams that pass through this gateway")
                .register(metrics);
    }
}

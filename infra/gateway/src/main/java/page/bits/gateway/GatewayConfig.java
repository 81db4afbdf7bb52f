package page.bits.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import page.bits.http.TcpUserTimeout;

/** Where the tiers are, and what a client may do. */
@ConfigMapping(prefix = "bits.gateway")
public interface GatewayConfig {

    /** The nodes of action-service, as {@code host:port}. A host with several addresses is several nodes. */
    List<String> actions();

    /** The nodes of view-service. */
    List<String> views();

    /** The nodes of presence-service; where there are none, {@code /presence} does not exist. */
    Optional<List<String>> presence();

    /** How often the hosts are looked up again. */
    @WithDefault("PT5S")
    Duration resolveInterval();

    /** How often each node is asked whether it is ready. */
    @WithDefault("PT1S")
    Duration probeInterval();

    /** How long a node may take to accept a connection, and to say whether it is ready. */
    @WithDefault("PT1S")
    Duration connectTimeout();

    /** How many times in a row a node may not say in time whether it is ready: a busy one is slow, and not away. */
    @WithDefault("2")
    int probeMisses();

    /** How long a node may take to begin its answer. Longer than any node's own time-outs, which tell more. */
    @WithDefault("PT20S")
    Duration responseTimeout();

    /** After how long without a byte from its node a stream is cut: three keepalives, and some. */
    @WithDefault("PT50S")
    Duration streamIdle();

    /** How many connections to one node may be open for requests that are no streams; more requests wait for one. */
    @WithDefault("128")
    int requestsPerNode();

    /** How many requests may wait for a connection to one node. */
    @WithDefault("512")
    int waitingPerNode();

    /** How many streams one node may have from this gateway. */
    @WithDefault("20000")
    int streamsPerNode();

    /** How many clients may be connected to this gateway. */
    @WithDefault("20000")
    int maxConnections();

    /** How many connections one address may have open; a trusted proxy as many as it likes. */
    @WithDefault("256")
    int maxConnectionsPerAddress();

    /** The largest head of a request, in bytes. */
    @WithDefault("16384")
    int maxHeaderSize();

    /** The longest first line of a request, in bytes. */
    @WithDefault("8192")
    int maxRequestLine();

    /** The largest body of a request, in bytes. */
    @WithDefault("65536")
    long maxBodySize();

    /** How long the head of a connection's first request may take to arrive. */
    @WithDefault("PT10S")
    Duration headerTimeout();

    /** How long a body may take to arrive. */
    @WithDefault("PT40S")
    Duration bodyTimeout();

    /** How long a connection is kept after an answer, until the head of the next request is there. */
    @WithDefault("PT1M")
    Duration keepAlive();

    /**
     * For how long a client, or a node, may acknowledge nothing of what it was sent, or have no room for any of it, before its
     * connection ends; 0 for the kernel's own patience. See {@link TcpUserTimeout}.
     */
    @WithDefault("PT20S")
    Duration tcpUserTimeout();

    /** What {@code Retry-After} tells when no node is there. */
    @WithDefault("PT1S")
    Duration retryAfter();

    /** Who gets an answer under {@code /q}: addresses or CIDR blocks; by default those that no one has on the internet. */
    @WithDefault("127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7")
    List<String> operators();

    /** Whether a line is logged for every request. */
    @WithDefault("false")
    boolean accessLog();

    /** @throws io.quarkus.runtime.configuration.ConfigurationException if that is out of range */
    static TcpUserTimeout tcpUserTimeout(GatewayConfig config) {
        return new TcpUserTimeout("bits.gateway.tcp-user-timeout", config.tcpUserTimeout());
    }
}

package page.bits.transactor;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where the transactor keeps its databases, where peers reach it, and how much it holds in memory before it pushes back. */
@ConfigMapping(prefix = "bits.transactor")
public interface TransactorConfig {

    /** JDBC URL of the PostgreSQL database that is the storage, {@code jdbc:postgresql://…}; peers name the same one. */
    String storageUrl();

    /**
     * Address that peers connect to. Loopback by default, because the key of the TLS connection is in a jar that everyone
     * has: beyond this machine only on a network you trust.
     */
    @WithDefault("127.0.0.1")
    String host();

    /** A second address that peers try first, for where they see this machine under another name. */
    Optional<String> altHost();

    /** Port that peers connect to. */
    @WithDefault("4334")
    int port();

    /** Whether the connections of peers are encrypted. */
    @WithDefault("true")
    boolean encrypt();

    /** How many transactions one write of the log holds at most. */
    @WithDefault("256")
    int maxGroupSize();

    /** After how many bytes a group is written even though more wait: one message carries it to the peers. */
    @WithDefault("1M")
    MemorySize maxGroupBytes();

    /** How many transactions of one database may wait here, decoded, for their turn; the others wait in the broker. */
    @WithDefault("4096")
    int submitQueue();

    /** How many bytes they may have together, at most 1 GiB. */
    @WithDefault("32M")
    MemorySize submitQueueBytes();

    /** How many bytes of submitted transactions of one database may wait in the broker; beyond it, peers have to wait. */
    @WithDefault("32M")
    MemorySize submitBacklog();

    /** How many bytes of results may wait for one peer; one that is further behind is disconnected. */
    @WithDefault("64M")
    MemorySize peerBacklog();

    /** After how many bytes of transactions they are merged into the index. */
    @WithDefault("32M")
    MemorySize memoryIndexThreshold();

    /** At how many bytes of transactions that are not in the index yet no more are taken until a merge has ended. */
    @WithDefault("128M")
    MemorySize memoryIndexMax();

    /** After how many bytes the end of the log, which each commit extends, is moved into the log's tree. */
    @WithDefault("256K")
    MemorySize logTailThreshold();

    /** How often the storage is told where the active transactor is, and that it lives. */
    @WithDefault("PT5S")
    Duration heartbeatInterval();

    /**
     * How long the active transactor may fail to make sure that it is the active one before it ends. Less than what
     * PostgreSQL takes to notice that a machine is gone and to let a standby have the lock, some 11 s.
     */
    @WithDefault("PT10S")
    Duration isolationLimit();

    /** How often a standby looks whether the active transactor is gone. */
    @WithDefault("PT0.25S")
    Duration standbyInterval();
}

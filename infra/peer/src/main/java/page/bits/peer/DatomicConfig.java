package page.bits.peer;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How this process reaches a database; whoever maps it says by which keys. */
public interface DatomicConfig {

    /** Datomic database URI; {@code datomic:mem://…} keeps everything in this process, {@code datomic:sql://…} in PostgreSQL. */
    String uri();

    /** Whether this process creates the database and installs the schema; the others wait for both. */
    @WithDefault("false")
    boolean installSchema();

    /**
     * How long to go on trying to connect at start before giving up and ending the process. The last try is finished first,
     * which takes 10 to 20 s where the storage does not answer.
     */
    @WithDefault("PT2M")
    Duration connectTimeout();

    /** How long a transaction may take before its outcome counts as not known. */
    @WithDefault("PT10S")
    Duration transactTimeout();

    /** How long the report queue may be quiet before the feed compares itself with the database and its log. */
    @WithDefault("PT0.25S")
    Duration feedTick();

    /** How often the transactor is asked whether this peer has its newest basis. */
    @WithDefault("PT2S")
    Duration confirmInterval();

    /** After how long without such a confirmation views are called stale. */
    @WithDefault("PT10S")
    Duration staleAfter();
}

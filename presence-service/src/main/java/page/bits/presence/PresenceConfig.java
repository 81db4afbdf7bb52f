package page.bits.presence;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How presence is timed, and through whom it writes. */
@ConfigMapping(prefix = "bits.presence")
public interface PresenceConfig {

    /**
     * The nodes of action-service that presence writes through, as {@code host:port}; {@code self} where action-service is part
     * of this process.
     */
    Optional<List<String>> actions();

    /** How often this node looks for what to write and to publish; it writes one transaction at most in that time. */
    @WithDefault("PT0.1S")
    Duration tick();

    /** How long a viewer stays after the last connection has closed: long enough for a reload. */
    @WithDefault("PT5S")
    Duration grace();

    /** How much later a leave is written, so that whoever comes back to another node at the last moment is there first. */
    @WithDefault("PT0.5S")
    Duration handover();

    /** How long without news of a node the others wait before they take its viewers for gone. */
    @WithDefault("PT7S")
    Duration lease();

    /** How often a node renews its lease where it has nothing else to write. The lease has to be three times as long at least. */
    @WithDefault("PT2S")
    Duration renew();

    /** The least time between two events that tell of one creator's audience; the first change is told at once. */
    @WithDefault("PT0.25S")
    Duration pushInterval();

    /** How long a node of action-service may take to answer before the next one is asked. */
    @WithDefault("PT1.5S")
    Duration writeTimeout();

    /** Changes that one transaction may hold. */
    @WithDefault("1000")
    int maxChanges();

    /** How long a reader may wait for this node to reach the event that it comes back with. */
    @WithDefault("PT5S")
    Duration basisWait();

    /** Threads that read audiences from the database: of pages that somebody comes to first, and of the past. */
    @WithDefault("2")
    int readThreads();

    /** How many audiences may be being read at once; whoever comes to one more is told to try again. */
    @WithDefault("1000")
    int maxLoading();

    /** How many ts of the past may be being read at once; whoever comes back from one more gets all there is, not the difference. */
    @WithDefault("64")
    int maxPast();

    /** How long an audience that nobody watches any more is kept up to date, for whoever comes next. */
    @WithDefault("PT10S")
    Duration idle();

    /** The most that a reader is told to stay away when the node shuts down; each is told a random time up to it. */
    @WithDefault("PT2S")
    Duration reconnectJitter();
}

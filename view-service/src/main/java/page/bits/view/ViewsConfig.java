package page.bits.view;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How views are served. */
@ConfigMapping(prefix = "bits.views")
public interface ViewsConfig {

    /** How long a reader with a t that this node has not reached is kept waiting for it. */
    @WithDefault("PT5S")
    Duration basisWait();

    /** Threads that query the database and render. */
    @WithDefault("4")
    int renderThreads();

    /**
     * Threads that answer readers who come back from a t of which nothing is remembered. Each costs a look at the past, so this
     * is what bounds those that somebody makes up; whoever is up to date does not wait for them.
     */
    @WithDefault("2")
    int answerThreads();

    /** Transactions that may wait to be told to the features; beyond it every watched view is looked at instead. */
    @WithDefault("1024")
    int transactionQueue();

    /** Bytes of single readers' frames that are kept, so that many who come, or come back from one state, cost one computation. */
    @WithDefault("16M")
    MemorySize frameCache();

    /** Keys that one stream of several features may have. */
    @WithDefault("20")
    int keysPerStream();

    /** Transactions whose traces one rendering of a view continues; others that it shows are not traced further. */
    @WithDefault("16")
    int tracesPerRendering();

    /** Who may see what has been deleted or rewritten since, as of a time when it was not. */
    @WithDefault("owner")
    TimeTravel timeTravel();

    /** Who sees the past as it was; everyone else sees of it what is still there, as it reads now. */
    enum TimeTravel {
        /** The owner of a page sees the page's past. */
        OWNER,
        /** Everyone sees everything's. */
        PUBLIC
    }

    /** Creators on one page of the index. */
    @WithDefault("24")
    int creatorsPerPage();

    /** Where the page finds the module that morphs it. */
    String morphModule();
}

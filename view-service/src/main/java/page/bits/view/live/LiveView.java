package page.bits.view.live;

import datomic.Database;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import page.bits.view.Feature;
import page.bits.view.ViewKey;

/**
 * One view that somebody watches, by itself or among others: its newest rendering, which the {@linkplain Topic topics} that
 * show it share. It is rendered again only for a database value in which it may be another one.
 */
final class LiveView<V> {

    private final ViewKey name;
    private final Feature<V> feature;
    private final LongSupplier toldOf;
    private final Constancy constancy = new Constancy();
    private final List<Topic> topics = new CopyOnWriteArrayList<>();
    private final ReentrantLock rendering = new ReentrantLock();
    private Rendering<V> newest;

    /**
     * @param toldOf the t up to which the features have said of each transaction what it touches, and {@link #touchedBy} was
     *     called
     */
    LiveView(ViewKey name, Feature<V> feature, LongSupplier toldOf) {
        this.name = name;
        this.feature = feature;
        this.toldOf = toldOf;
    }

    ViewKey name() {
        return name;
    }

    /** The topics that show it. */
    List<Topic> topics() {
        return topics;
    }

    /**
     * A transaction, or some, may have changed it; called in the order of t. Any thread; returns at once.
     *
     * @param first the t of the first of them
     * @param last a t that none of them is beyond
     */
    void touchedBy(long first, long last) {
        constancy.touched(first, last);
    }

    /**
     * The view in a database value of now: rendered from it, unless it is known to be the same as before. On a worker thread;
     * waits for another topic that is rendering it.
     */
    Rendering<V> at(Database db) {
        rendering.lock();
        try {
            long basis = db.basisT();
            constancy.toldOf(toldOf.getAsLong());
            if (constancy.holds(basis)) {
                return newest;
            }
            Rendering<V> seen = render(db);
            if (constancy.isPast(basis)) {
                // Another topic looked at a newer one meanwhile.
                return seen;
            }
            constancy.seenAt(basis);
            newest = newest != null && seen.shows(newest) ? newest : seen;
            return newest;
        } finally {
            rendering.unlock();
        }
    }

    /** The view in any database value, such as one of the past. On a worker thread. */
    Rendering<V> render(Database db) {
        return new Rendering<>(name, feature, feature.view(db, name.key()));
    }

    /** Whether it is remembered how it was at {@code t}, and from when to when. */
    boolean knows(long t) {
        constancy.toldOf(toldOf.getAsLong());
        return constancy.knows(t);
    }

    /** The earliest t from which on it is known to have stayed as it is at {@code t}. */
    long startOf(long t) {
        constancy.toldOf(toldOf.getAsLong());
        return constancy.startOf(t);
    }
}

package page.bits.view.live;

import datomic.Database;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import page.bits.peer.Transaction;
import page.bits.view.Feature;

/** {@code gated/{handle}}: what {@link CountedFeature} shows, by a feature that does nothing while its gates are closed. */
@Singleton
class GatedFeature implements Feature<CountedFeature.View> {

    private final CountedFeature feature;
    private final Gate telling = new Gate();
    private final Gate rendering = new Gate();
    private final Gate past = new Gate();

    GatedFeature(CountedFeature feature) {
        this.feature = feature;
    }

    /** Where whoever comes stops, while it is closed. */
    static final class Gate {

        private final Semaphore open = new Semaphore(1);

        void close() {
            open.acquireUninterruptibly();
        }

        void open() {
            open.release();
        }

        boolean holdsSomeone() {
            return open.hasQueuedThreads();
        }

        private void pass() {
            open.acquireUninterruptibly();
            open.release();
        }
    }

    /** Before it tells what a transaction touches. */
    Gate telling() {
        return telling;
    }

    /** Before it looks at a database value of now. */
    Gate rendering() {
        return rendering;
    }

    /** Before it looks at one of the past. */
    Gate past() {
        return past;
    }

    @Override
    public String name() {
        return "gated";
    }

    @Override
    public Optional<CountedFeature.View> view(Database db, String handle) {
        (db.asOfT() == null ? rendering : past).pass();
        return feature.view(db, handle);
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        telling.pass();
        return feature.touched(transaction, db);
    }

    @Override
    public Optional<?> delta(CountedFeature.View from, CountedFeature.View to, Database db) {
        return Optional.empty();
    }

    @Override
    public String html(String handle, CountedFeature.View view) {
        return "<p id=\"gated-" + handle + "\">" + view.name() + "</p>";
    }
}

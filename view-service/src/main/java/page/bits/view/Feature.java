package page.bits.view;

import datomic.Database;
import java.util.Optional;
import java.util.Set;
import page.bits.peer.Transaction;

/**
 * What can be watched: the extension point of view-service. Every CDI bean of this type is served under
 * {@code /views/{name}/{key}} as JSON, as an HTML fragment and as a live stream of both.
 *
 * <p>A feature may be more than that: {@link Paged} or {@link Historic}.
 *
 * <p>All methods are functions of their arguments: the same database value gives the same view on every node and at every
 * later time ({@code asOf}), which is what lets any node resume any reader. They run on worker threads, possibly several at a
 * time.
 *
 * @param <V> a view: an immutable value with {@code equals}, which Jackson writes as the {@code view} of the JSON format
 */
public interface Feature<V> {

    /** Its name in paths, of {@code [a-z][a-z0-9-]*}; unique among the features of a process. */
    String name();

    /** The view of {@code key}, or none where there is no such thing, a malformed key included. */
    Optional<V> view(Database db, String key);

    /**
     * The keys whose views {@code transaction} may have changed. A key too many costs one rendering; a key too few leaves
     * readers with an old view.
     *
     * @param db a database value that holds the transaction, and may hold later ones
     */
    Set<String> touched(Transaction transaction, Database db);

    /**
     * What leads a reader from one view to another: an object whose properties Jackson writes into the {@code delta} event;
     * none if the feature sends a {@code snapshot} whenever something changes.
     *
     * @param db the database value of {@code to}
     */
    Optional<?> delta(V from, V to, Database db);

    /** The view as an HTML fragment whose root element's id is {@code {name}-{key}}; the same for every reader. */
    String html(String key, V view);
}

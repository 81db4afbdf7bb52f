package page.bits.view;

import datomic.Database;
import java.util.Optional;

/**
 * A feature that knows what of its past everyone may be told, so that its views can be had {@code as-of} an earlier time.
 *
 * <p>What may be told to everyone is what is still there, as it reads now: whoever has deleted or rewritten something has
 * done so for the past too. Only numbers are those of then. The owner of a page sees their page as it was.
 */
public interface Historic<V> extends Feature<V> {

    @Override
    default Optional<V> view(Database db, String key) {
        return view(Moment.of(db), key);
    }

    /** The view at a moment; none where there was no such key, or where it may not be told of any more. */
    Optional<V> view(Moment at, String key);

    /** The creator on whose page it is, in a database value that has the key; their owner may see all of its past. */
    Optional<Object> creator(Database db, String key);
}

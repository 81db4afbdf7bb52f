package page.bits.view;

import datomic.Database;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import page.bits.http.ProblemException;

/** A feature whose view is a window over items, which readers can page back through ({@code before}). */
public interface Paged<V> extends Feature<V> {

    /**
     * Where an item is in the order, though it may have been deleted since; none where it never was one of {@code key}'s.
     *
     * @param db the newest
     */
    OptionalLong place(Database db, String key, UUID item);

    /**
     * A view, of the same shape, of the newest items that come before {@code place}; without one it is the {@linkplain Feature#view view} itself.
     * Costs what it shows, wherever that is. None where there is no such key.
     */
    Optional<Slice<V>> slice(Moment at, String key, OptionalLong place);

    /**
     * The same, by the id that a reader gave of an item.
     *
     * @param newest the newest database value, which knows every item that ever was
     * @throws ProblemException 422 where there is such a key, and it never had such an item
     */
    default Optional<Slice<V>> slice(Moment at, Database newest, String key, Optional<String> before) {
        OptionalLong place = before.flatMap(Uuids::parse)
                .map(item -> place(newest, key, item))
                .orElse(OptionalLong.empty());
        Optional<Slice<V>> slice = slice(at, key, place);
        if (slice.isPresent() && before.isPresent() && place.isEmpty()) {
            throw ProblemException.invalid("before", "is not the id of anything that was ever here");
        }
        return slice;
    }
}

package page.bits.peer;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import java.time.Instant;
import java.util.Date;
import java.util.Iterator;
import java.util.Optional;

/**
 * Looks up single facts in a database value, each for the cost of one look into an index: an entity as a whole also has what
 * it has many of.
 */
public final class Facts {

    private Facts() {}

    /** The datom of an attribute that has one value at most. */
    public static Optional<Datom> of(Database db, Object entity, Keyword attribute) {
        Iterator<Datom> datoms = db.datoms(Database.EAVT, entity, attribute).iterator();
        return datoms.hasNext() ? Optional.of(datoms.next()) : Optional.empty();
    }

    /** The value of an attribute that has one at most, of the type that the schema gives it. */
    public static <T> Optional<T> value(Database db, Object entity, Keyword attribute, Class<T> type) {
        return of(db, entity, attribute).map(datom -> type.cast(datom.v()));
    }

    /**
     * A number that is counted as it changes; missing means none.
     *
     * <p>From the largest that it ever was: what was taken back is passed over one by one on the way to what holds, both in
     * what is not indexed yet and in any {@code asOf}. A number that mostly grows is at its end or, at an earlier t, a little
     * before it, where the other end is tens of thousands of datoms away.
     */
    public static long count(Database db, Object entity, Keyword attribute) {
        Iterator<Datom> datoms =
                db.rseekDatoms(Database.EAVT, entity, attribute).iterator();
        if (datoms.hasNext()) {
            Datom datom = datoms.next();
            // Where there is none, the index runs on into what is before it.
            if (datom.e().equals(entity) && db.ident(datom.a()) == attribute) {
                return (Long) datom.v();
            }
        }
        return 0;
    }

    /** When a transaction was made. */
    public static Instant instant(Database db, Object transaction) {
        return value(db, transaction, Attributes.TX_INSTANT, Date.class)
                .orElseThrow()
                .toInstant();
    }
}

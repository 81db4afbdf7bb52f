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
     * A number that is counted as it changes; missing means none. Costs a few looks, whatever the number is and was.
     *
     * <p>From the largest that it ever was: what is not indexed yet holds all values that it had, and passes over them one by
     * one to the one that holds. A number that mostly grows is at their end.
     */
    public static long count(Database db, Object entity, Keyword attribute) {
        if (db.asOfT() != null) {
            return new PastCount(db, entity, attribute).value();
        }
        for (Datom datom : db.rseekDatoms(Database.EAVT, entity, attribute)) {
            // Where there is none, the index runs on into what is before it.
            return datom.e().equals(entity) && db.ident(datom.a()) == attribute ? (Long) datom.v() : 0;
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

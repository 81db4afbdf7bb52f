package page.bits.view;

import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import page.bits.peer.BasisT;

/**
 * The time that a view tells of, and what of it is told.
 *
 * @param then what is counted is as it was in this database value, and what did not exist in it is not shown
 * @param told what is listed and said is as in this one: the same one where all may be told, a later one where only what is
 *     still there may be
 */
public record Moment(Database then, Database told) {

    /** All that a database value holds. */
    public static Moment of(Database db) {
        return new Moment(db, db);
    }

    /** What may be told to everyone of an earlier time: what is there now, as it reads now. */
    public static Moment tellable(Database then, Database now) {
        return new Moment(then, now);
    }

    /** Whether something that is told was the case by then. */
    public boolean holds(Datom datom) {
        return Peer.toT(datom.tx()) <= BasisT.of(then).value();
    }
}

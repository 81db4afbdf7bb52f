package page.bits.peer;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import java.util.OptionalLong;

/**
 * Finds what a number was at an earlier t.
 *
 * <p>An {@code asOf} view passes over the whole history of an attribute, value by value, to the one that held: 40,000 datoms
 * for a number that has come to 20,000 by ones. But its history can be asked when a value was last taken on or left, by that
 * t, for the cost of one look. Of the values on either side of the one that held, those nearer to it were left later, if it
 * went up and down by ones; so it is found by halving, from the present value down in growing steps at first, since mostly
 * little has happened since. A value that was taken on and not left is the one that held in any case. Where the number has
 * jumped and so cannot be found like that, the view is asked after all: then it had fewer values.
 */
final class PastCount {

    private static final int NEVER = -1;

    private final Database then;
    private final Database history;
    private final Object latest;
    private final Object entity;
    private final Keyword attribute;

    /** @param then an {@code asOf} view */
    PastCount(Database then, Object entity, Keyword attribute) {
        this.then = then;
        this.history = then.asOf(then.basisT()).history();
        this.latest = Peer.toTx(BasisT.of(then).value());
        this.entity = entity;
        this.attribute = attribute;
    }

    /** The number; missing means none. */
    long value() {
        OptionalLong largest = largest();
        if (largest.isEmpty()) {
            return 0;
        }
        return search(largest.getAsLong())
                .orElseGet(
                        () -> Facts.value(then, entity, attribute, Long.class).orElse(0L));
    }

    private OptionalLong largest() {
        for (Datom datom : history.rseekDatoms(Database.EAVT, entity, attribute)) {
            return isOurs(datom) ? OptionalLong.of((Long) datom.v()) : OptionalLong.empty();
        }
        return OptionalLong.empty();
    }

    private OptionalLong search(long largest) {
        long low = 0;
        long high = largest;
        long step = 0;
        boolean descending = true;
        while (low <= high) {
            long guess = descending ? Math.max(low, high - step) : low + (high - low) / 2;
            Visit here = lastVisit(guess);
            Visit above = lastVisit(guess + 1);
            if (here.lasts() || above.lasts()) {
                return OptionalLong.of(here.lasts() ? guess : guess + 1);
            }
            if (here.t() < above.t()) {
                low = guess + 2;
                descending = false;
            } else {
                high = guess - 1;
                step = step * 2 + 1;
            }
        }
        return OptionalLong.empty();
    }

    /** The last that happened to a value: that it was left, or, if it lasts, that it was taken on. */
    private record Visit(long t, boolean lasts) {}

    /** In the history of one value, what happened last comes first. */
    private Visit lastVisit(long value) {
        for (Datom datom : history.seekDatoms(Database.EAVT, entity, attribute, value, latest)) {
            return isOurs(datom) && datom.v().equals(value)
                    ? new Visit(Peer.toT(datom.tx()), datom.added())
                    : new Visit(NEVER, false);
        }
        return new Visit(NEVER, false);
    }

    private boolean isOurs(Datom datom) {
        return datom.e().equals(entity) && history.ident(datom.a()) == attribute;
    }
}

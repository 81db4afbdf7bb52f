package page.bits.peer;

import datomic.Database;

/**
 * The basis t of a database value: the t of the newest transaction it holds. Grows with every transaction, not by ones.
 *
 * @param value 0 or more
 */
public record BasisT(long value) implements Comparable<BasisT> {

    public BasisT {
        if (value < 0) {
            throw new IllegalArgumentException("a basis t is 0 or more, not " + value);
        }
    }

    /** The basis of a database value; an {@code asOf} view's basis is the t it was taken at, as far as that t has come. */
    public static BasisT of(Database db) {
        Long asOf = db.asOfT();
        return new BasisT(asOf == null ? db.basisT() : Math.min(asOf, db.basisT()));
    }

    public boolean isAfter(BasisT other) {
        return value > other.value;
    }

    @Override
    public int compareTo(BasisT other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

package page.bits.cluster.crash;

import clojure.lang.ILookup;
import clojure.lang.Keyword;
import datomic.Database;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Sums of the hashes of an entity's datoms, one for each way to read them, so that equal means equal in any order. */
final class Digest {

    /** A way to read datoms. */
    enum View {
        EAVT(Database.EAVT),
        AEVT(Database.AEVT),
        /** Only of attributes that have it. */
        AVET(Database.AVET),
        HISTORY(Database.EAVT);

        static final List<View> OF_NOW = List.of(EAVT, AEVT, AVET);

        private final Object index;

        View(Object index) {
            this.index = index;
        }

        Object index() {
            return index;
        }

        boolean isPartial() {
            return this == AVET;
        }

        /** The attributes to read it by; a null stands for all at once. */
        List<Object> attributes() {
            List<Object> attributes = new ArrayList<>();
            if (isPartial()) {
                attributes.add(LoadSchema.KEY);
                attributes.add(LoadSchema.NUMBER);
            } else {
                attributes.add(null);
            }
            return attributes;
        }
    }

    private static final Keyword CODE = Keyword.intern("code");

    private final long[] sums = new long[View.values().length];
    private final int[] counts = new int[View.values().length];

    void add(View view, Object e, Object a, Object v, Object tx, boolean added) {
        Object value = comparable(v);
        sums[view.ordinal()] += mixed(Objects.hash(e, added) * 0x9E3779B97F4A7C15L
                ^ mixed(Long.parseLong(a.toString()))
                ^ 31 * mixed(value.hashCode())
                ^ 17 * mixed((Long) tx));
        counts[view.ordinal()]++;
    }

    /** Equal numbers may be an Integer here and a Long there, and of a transaction function only its text equals itself. */
    private static Object comparable(Object v) {
        if (v instanceof Number number) {
            return number.longValue();
        }
        return v instanceof ILookup function && function.valAt(CODE) != null
                ? function.valAt(CODE).toString()
                : v;
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long hash) {
        long z = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    @Override
    public String toString() {
        return Arrays.toString(counts) + Arrays.toString(sums);
    }
}

package page.bits.view;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;

/**
 * What refers to one entity and not to another for life, in the order of its creation: the posts of a creator, the comments
 * on a post. That order is the entity ids', also within one transaction.
 *
 * @param id the attribute that names such a thing, which it keeps when it is deleted
 * @param reference the attribute by which it refers, which it loses then
 */
public record Timeline(Keyword id, Keyword reference) {

    private static final Keyword USER_PARTITION = Keyword.intern("db.part", "user");

    /**
     * A part of it.
     *
     * @param references newest first
     * @param more whether older ones follow
     */
    public record Part(List<Datom> references, boolean more) {

        public Part {
            references = List.copyOf(references);
        }
    }

    /**
     * The newest ones. Costs what it returns, however many there are, older and newer.
     *
     * @param before only such as come before this entity id
     */
    public Part newest(Moment at, Object target, OptionalLong before, int limit) {
        boolean past = at.told().asOfT() != null;
        // In an asOf view the index passes over what came later, and that of anybody: to the end of it, where nothing
        // else
        // comes. In its history it can be left in time.
        Database index = past ? whole(at.told()).history() : at.told();
        List<Datom> found = new ArrayList<>(limit);
        for (Datom datom : backwards(index, at.then(), target, before)) {
            if (!datom.v().equals(target) || index.ident(datom.a()) != reference) {
                break; // the index runs on
            }
            if ((Long) datom.e() < before.orElse(Long.MAX_VALUE)
                    && at.holds(datom)
                    && (!past || datom.added() && refers(at.told(), datom.e(), target))) {
                if (found.size() == limit) {
                    return new Part(found, true);
                }
                found.add(datom);
            }
        }
        return new Part(found, false);
    }

    private Iterable<Datom> backwards(Database index, Database then, Object target, OptionalLong before) {
        long from = Math.min(before.orElse(Long.MAX_VALUE), end(then));
        return from == Long.MAX_VALUE
                ? index.rseekDatoms(Database.AVET, reference, target)
                : index.rseekDatoms(Database.AVET, reference, target, from);
    }

    private boolean refers(Database db, Object entity, Object target) {
        return db.datoms(Database.EAVT, entity, reference, target).iterator().hasNext();
    }

    /** With all that the view leaves out. */
    private static Database whole(Database asOf) {
        return asOf.asOf(asOf.basisT());
    }

    /** What no entity that was made by then is beyond, so that what came later is not walked over. */
    private static long end(Database then) {
        if (then.asOfT() == null) {
            return Long.MAX_VALUE;
        }
        Database whole = whole(then);
        Object earliest = Peer.toTx(BasisT.of(then).value() + 1);
        for (Datom next : whole.seekDatoms(Database.AEVT, Attributes.TX_INSTANT, earliest)) {
            // What a transaction makes is numbered after it, and before the next transaction.
            return whole.ident(next.a()) == Attributes.TX_INSTANT
                    ? (Long) whole.entidAt(USER_PARTITION, Peer.toT(next.e()))
                    : Long.MAX_VALUE;
        }
        return Long.MAX_VALUE;
    }

    /**
     * Where something is in the order, though it may have been deleted; none where it never referred to {@code target}.
     *
     * @param db the newest
     */
    public OptionalLong place(Database db, Object target, UUID item) {
        Object entity = db.entid(Util.list(id, item));
        return entity != null && refers(db.history(), entity, target)
                ? OptionalLong.of((Long) entity)
                : OptionalLong.empty();
    }

    /** Whether something is there and not deleted. */
    public boolean holds(Database db, UUID item) {
        Object entity = db.entid(Util.list(id, item));
        return entity != null
                && db.datoms(Database.EAVT, entity, reference).iterator().hasNext();
    }
}

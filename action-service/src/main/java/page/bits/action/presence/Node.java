package page.bits.action.presence;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Util;
import java.util.List;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Attributes;
import page.bits.peer.Facts;
import page.bits.presence.peer.PresenceAttributes;

/** A presence node as a database value knows it. */
record Node(NodeId id, Object entity, long lease, boolean isSwept) {

    /** @throws ProblemException 409 where it is not there */
    static Node of(Database db, NodeId id) {
        Object entity = db.entid(id.lookupRef());
        if (entity == null) {
            throw conflict("There is no node '" + id + "'.");
        }
        return new Node(
                id,
                entity,
                Facts.value(db, entity, PresenceAttributes.NODE_LEASE, Long.class)
                        .orElseThrow(),
                Facts.value(db, entity, PresenceAttributes.NODE_SWEPT, Boolean.class)
                        .orElse(false));
    }

    static boolean isThere(Database db, NodeId id) {
        return db.entid(id.lookupRef()) != null;
    }

    /**
     * This one with a lease, and with it the certainty that the database value has all that the node wrote: each of its
     * transactions makes the lease another.
     *
     * @throws ProblemException 409 where its lease is another, or it was swept
     */
    Node holding(long expected) {
        if (isSwept) {
            throw conflict("The node '" + id + "' was swept.");
        }
        if (lease != expected) {
            throw conflict("The lease of node '%s' is %d, not %d.".formatted(id, lease, expected));
        }
        return this;
    }

    /** Takes the lease one further, or makes the transaction fail where it is not this one any more. */
    List<?> renewal() {
        return Util.list(Attributes.CAS, entity, PresenceAttributes.NODE_LEASE, lease, lease + 1);
    }

    /** What makes something true of it, in the transaction that takes its lease further. */
    Write marked(Keyword as) {
        return new Write(List.of(renewal(), Util.list(Attributes.ADD, entity, as, true)), lease + 1, false);
    }

    static ProblemException conflict(String detail) {
        return ProblemException.of(ProblemType.CONFLICT, detail);
    }
}

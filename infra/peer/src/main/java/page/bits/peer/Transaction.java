package page.bits.peer;

import datomic.Datom;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * One transaction of the database, as the log and the report queue tell it. Holds no database value, so that a backlog of
 * transactions pins no memory; render from {@link DatomicPeer#db()}, which is never behind a transaction that was delivered.
 *
 * @param t its t
 * @param at its {@code :db/txInstant}
 * @param datoms what it asserted and retracted; a retraction bears the old value
 */
public record Transaction(BasisT t, Instant at, List<Datom> datoms) {

    public Transaction {
        datoms = List.copyOf(datoms);
    }

    /** Of raw transaction data. The instant is the one {@code Date} that the transaction entity itself bears. */
    static Transaction of(long t, Iterable<Datom> data) {
        List<Datom> datoms = new java.util.ArrayList<>();
        Instant at = null;
        Object entity = datomic.Peer.toTx(t);
        for (Datom datom : data) {
            datoms.add(datom);
            if (at == null && datom.v() instanceof Date instant && datom.e().equals(entity)) {
                at = instant.toInstant();
            }
        }
        if (at == null) {
            throw new IllegalArgumentException("transaction " + t + " has no :db/txInstant");
        }
        return new Transaction(new BasisT(t), at, datoms);
    }
}

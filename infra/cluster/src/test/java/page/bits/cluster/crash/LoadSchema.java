package page.bits.cluster.crash;

import datomic.Connection;
import datomic.Datom;
import datomic.Peer;
import datomic.Util;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** The attributes of the load. The mark is not unique, so that nothing but the transactor keeps a transaction from happening twice. */
final class LoadSchema {

    static final Object MARK = Util.read(":load/mark");
    static final Object KEY = Util.read(":load/key");
    static final Object NUMBER = Util.read(":load/number");
    static final Object NOTE = Util.read(":load/note");

    private static final List<?> DEFINITIONS = (List<?>) Util.read("""
            [{:db/ident :load/mark :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
             {:db/ident :load/key :db/valueType :db.type/string :db/cardinality :db.cardinality/one
              :db/unique :db.unique/value}
             {:db/ident :load/number :db/valueType :db.type/long :db/cardinality :db.cardinality/one :db/index true}
             {:db/ident :load/note :db/valueType :db.type/string :db/cardinality :db.cardinality/many}]
            """);

    private LoadSchema() {}

    /** Without a transaction where it is there. Of two clients that install at once, the second changes nothing. */
    static void install(Connection connection) throws ExecutionException, InterruptedException {
        if (connection.db().entid(NOTE) == null) {
            connection.transact(DEFINITIONS).get();
        }
    }

    /** The mark of a transaction: the only string that the entity of one of the load's transactions bears. */
    static Optional<Mark> markOf(long t, Iterable<Datom> datoms) {
        Object transaction = Peer.toTx(t);
        for (Datom datom : datoms) {
            if (datom.v() instanceof String text && datom.e().equals(transaction) && text.indexOf('/') > 0) {
                return Optional.of(Mark.parse(text));
            }
        }
        return Optional.empty();
    }
}

package page.bits.cluster.hosted;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import page.bits.peer.Attributes;

/** What the log of a database holds of the actions that {@link ActionsBench} makes, read by a peer of this process. */
final class StoredActions {

    private StoredActions() {}

    /** How many transactions there are, by the attributes that they assert. */
    static Map<String, Long> count(String uri) throws Exception {
        Connection connection = FreshConnection.to(uri);
        try {
            Database db = connection.sync().get(1, TimeUnit.MINUTES);
            Map<Object, Object> idents = new HashMap<>();
            Map<String, Long> counts = new TreeMap<>();
            for (Map<?, ?> transaction : connection.log().txRange(null, null)) {
                List<String> attributes = new ArrayList<>();
                boolean counted = false;
                for (Datom datom : datoms(transaction)) {
                    Object attribute = idents.computeIfAbsent(datom.a(), db::ident);
                    attributes.add(attribute.toString());
                    counted |= attribute.equals(Attributes.ACTION_NAME) && ActionsBench.ACTION.equals(datom.v());
                }
                if (counted) {
                    Collections.sort(attributes);
                    counts.merge(String.join(" ", attributes), 1L, Long::sum);
                }
            }
            return Collections.unmodifiableMap(counts);
        } finally {
            connection.release();
        }
    }

    @SuppressWarnings("unchecked") // Log.DATA is documented to hold datoms
    private static Iterable<Datom> datoms(Map<?, ?> transaction) {
        return (Iterable<Datom>) transaction.get(Log.DATA);
    }
}

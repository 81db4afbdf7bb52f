package page.bits.cluster.hosted;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import page.bits.peer.Attributes;

/** What the database holds of a creator, read by a peer of this process, which none of the services has a part in. */
final class StoredPosts {

    /** @param t of the transaction that published it */
    record Post(String id, long order, String text, long t) {}

    private StoredPosts() {}

    /** All of them, oldest first, as of what the transactor says is newest. */
    static List<Post> of(String handle, String uri) throws Exception {
        Connection connection = FreshConnection.to(uri);
        try {
            Database db = connection.sync().get(1, TimeUnit.MINUTES);
            Object creator = db.entid(Util.list(Attributes.CREATOR_HANDLE, handle));
            List<Post> posts = new ArrayList<>();
            for (Datom creation : db.datoms(Database.AVET, Attributes.POST_CREATOR, creator)) {
                String id = value(db, creation.e(), Attributes.POST_ID);
                String text = value(db, creation.e(), Attributes.POST_TEXT);
                posts.add(new Post(id, (Long) creation.e(), text, Peer.toT(creation.tx())));
            }
            posts.sort((one, other) -> Long.compare(one.order(), other.order()));
            return Collections.unmodifiableList(posts);
        } finally {
            connection.release();
        }
    }

    private static String value(Database db, Object entity, Object attribute) {
        return db.datoms(Database.EAVT, entity, attribute).iterator().next().v().toString();
    }
}

package page.bits.cluster.presence;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Who was where as of a t, as the indexes have it: another way to what the log says. */
final class PastPresence {

    private PastPresence() {}

    /** How the two differ in some of the changes of each room. */
    static List<String> violations(Database db, StoredPresence log, List<String> rooms, int samples, Random random) {
        List<String> found = new ArrayList<>();
        for (String room : rooms) {
            List<Long> ts = List.copyOf(log.changes(room).keySet());
            for (int i = 0; i < samples && !ts.isEmpty(); i++) {
                long t = ts.get(random.nextInt(ts.size()));
                Presence past = in(db.asOf(t), room);
                if (!past.equals(log.at(room, t).presence())) {
                    found.add("the indexes have of %s as of %d %s, and the log %s"
                            .formatted(room, t, past, log.at(room, t)));
                }
            }
        }
        return found;
    }

    private static Presence in(Database db, String creator) {
        Map<String, Named> named = new HashMap<>();
        Set<Object> nameless = new HashSet<>();
        for (Datom room : db.datoms(Database.AVET, Util.read(":presence.room/creator"), creator)) {
            if (isThere(db, room.e())) {
                for (Datom datom : db.datoms(Database.EAVT, room.e(), Util.read(":presence.room/named"))) {
                    Named viewer = Named.decoded((String) datom.v());
                    named.merge(viewer.id(), viewer, Named::first);
                }
                for (Datom datom : db.datoms(Database.EAVT, room.e(), Util.read(":presence.room/anonymous"))) {
                    nameless.add(datom.v());
                }
            }
        }
        return Presence.of(named.values(), nameless.size());
    }

    private static boolean isThere(Database db, Object room) {
        for (Datom node : db.datoms(Database.EAVT, room, Util.read(":presence.room/node"))) {
            return !db.datoms(Database.EAVT, node.v(), Util.read(":presence.node/swept"))
                    .iterator()
                    .hasNext();
        }
        return false;
    }
}

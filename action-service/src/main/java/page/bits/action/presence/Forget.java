package page.bits.action.presence;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import page.bits.action.body.Fields;
import page.bits.peer.Attributes;
import page.bits.presence.peer.PresenceAttributes;

/**
 * Takes out what a swept node has told, in as many transactions as it takes: viewers and rooms, {@value #AT_ONCE} at once, and
 * with the last of them the node itself. Nobody was present by them any more, so nothing is lost where two do it at once.
 */
record Forget(NodeId node) implements PresenceRequest {

    static final String KIND = "forget";
    static final int AT_ONCE = 1_000;

    static Forget of(Fields fields, NodeId node) {
        fields.check();
        return new Forget(node);
    }

    @Override
    public Write on(Database db) {
        Node swept = Node.of(db, node);
        if (!swept.isSwept()) {
            throw Node.conflict("The node '" + node + "' was not swept.");
        }
        List<Object> data = new ArrayList<>();
        int left = AT_ONCE;
        for (Datom room : db.datoms(Database.VAET, swept.entity(), PresenceAttributes.ROOM_NODE)) {
            List<Object> viewers = viewers(db, room.e(), left);
            if (viewers.size() == left) {
                // The room itself has to wait.
                data.addAll(viewers);
                return new Write(data, swept.lease(), true);
            }
            data.add(Util.list(Attributes.RETRACT_ENTITY, room.e()));
            left -= viewers.size() + 1;
        }
        data.add(Util.list(Attributes.RETRACT_ENTITY, swept.entity()));
        return new Write(data, swept.lease(), false);
    }

    /** So many of a room's viewers at most, each as its retraction. */
    private static List<Object> viewers(Database db, Object room, int max) {
        List<Object> viewers = new ArrayList<>();
        for (Object set : List.of(PresenceAttributes.ROOM_NAMED, PresenceAttributes.ROOM_ANONYMOUS)) {
            Iterator<Datom> datoms = db.datoms(Database.EAVT, room, set).iterator();
            while (viewers.size() < max && datoms.hasNext()) {
                viewers.add(
                        Util.list(Attributes.RETRACT, room, set, datoms.next().v()));
            }
        }
        return viewers;
    }
}

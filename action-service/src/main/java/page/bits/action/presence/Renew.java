package page.bits.action.presence;

import datomic.Database;
import datomic.Util;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import page.bits.action.Handle;
import page.bits.action.body.Fields;
import page.bits.peer.Attributes;
import page.bits.presence.peer.PresenceAttributes;

/**
 * A node lives, and tells who has come to it and left it since.
 *
 * @param lease that it has; 0 makes it known
 * @param changes in the order in which they happened, so that the last one of a viewer counts
 */
record Renew(NodeId node, long lease, List<ViewerChange> changes) implements PresenceRequest {

    static final String KIND = "renew";
    static final int MAX_CHANGES = 1_000;

    private static final String NEW_NODE = "node";

    Renew {
        changes = List.copyOf(changes);
    }

    static Renew of(Fields fields, NodeId node) {
        Long lease = fields.requiredNumber("lease", Long::valueOf);
        List<Optional<Fields>> changes = fields.objects("changes", 0, MAX_CHANGES);
        fields.check();
        return new Renew(
                node,
                lease,
                changes.stream()
                        .map(each -> ViewerChange.of(each.orElseThrow()))
                        .toList());
    }

    /**
     * Where the lease is the one that is asked for, this database value has all that the node wrote, and so all of its rooms:
     * one that is not there is new.
     */
    @Override
    public Write on(Database db) {
        List<Object> data = new ArrayList<>();
        Object entity = lease == 0 ? register(db, data) : renew(db, data);
        Rooms rooms = new Rooms(db, entity, data);
        lastOfEach().forEach((viewer, joins) -> rooms.change(viewer, joins));
        return new Write(data, lease + 1, false);
    }

    private Object register(Database db, List<Object> data) {
        if (Node.isThere(db, node)) {
            throw Node.conflict("The node '" + node + "' is there already.");
        }
        // Its id is a unique value: of two that register it, the second fails.
        data.add(Util.map(
                Attributes.DB_ID,
                NEW_NODE,
                PresenceAttributes.NODE_ID,
                node.value(),
                PresenceAttributes.NODE_LEASE,
                1L));
        return NEW_NODE;
    }

    private Object renew(Database db, List<Object> data) {
        Node present = Node.of(db, node).holding(lease);
        data.add(present.renewal());
        return present.entity();
    }

    /** One who comes and goes within a transaction can't do both in it. */
    private Map<InRoom, Boolean> lastOfEach() {
        Map<InRoom, Boolean> last = new LinkedHashMap<>();
        changes.forEach(change -> last.put(new InRoom(change.creator(), change.viewer()), change.joins()));
        return last;
    }

    private record InRoom(Handle creator, Viewer viewer) {}

    /** The rooms of the node, among them those that the transaction makes. */
    private final class Rooms {

        private final Database db;
        private final Object nodeEntity;
        private final List<Object> data;
        private final Set<Handle> made = new HashSet<>();

        Rooms(Database db, Object nodeEntity, List<Object> data) {
            this.db = db;
            this.nodeEntity = nodeEntity;
            this.data = data;
        }

        void change(InRoom where, boolean joins) {
            String key = node + "/" + where.creator();
            Object known = db.entid(Util.list(PresenceAttributes.ROOM_KEY, key));
            Viewer viewer = where.viewer();
            if (known != null) {
                data.add(Util.list(joins ? Attributes.ADD : Attributes.RETRACT, known, viewer.set(), viewer.value()));
            } else if (joins) {
                make(key, where.creator());
                data.add(Util.list(Attributes.ADD, key, viewer.set(), viewer.value()));
            }
        }

        /** The key serves as its temporary id too. */
        private void make(String key, Handle creator) {
            if (made.add(creator)) {
                data.add(Util.map(
                        Attributes.DB_ID,
                        key,
                        PresenceAttributes.ROOM_KEY,
                        key,
                        PresenceAttributes.ROOM_NODE,
                        nodeEntity,
                        PresenceAttributes.ROOM_CREATOR,
                        creator.value()));
            }
        }
    }
}

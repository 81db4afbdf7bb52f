package page.bits.action.presence;

import datomic.Database;
import page.bits.action.body.Fields;
import page.bits.presence.peer.PresenceAttributes;

/** A node ends in good order; its viewers may come back at another one before it is swept. */
record End(NodeId node, long lease) implements PresenceRequest {

    static final String KIND = "end";

    static End of(Fields fields, NodeId node) {
        Long lease = fields.requiredNumber("lease", Long::valueOf);
        fields.check();
        return new End(node, lease);
    }

    @Override
    public Write on(Database db) {
        return Node.of(db, node).holding(lease).marked(PresenceAttributes.NODE_ENDED);
    }
}

package page.bits.action.presence;

import datomic.Database;
import page.bits.action.body.Fields;
import page.bits.presence.peer.PresenceAttributes;

/**
 * A node counts as dead, in the eyes of another one that has not seen its lease change for too long. Takes the lease further, so
 * that whatever the node may have sent before it died fails.
 *
 * @param node the dead one
 * @param lease that it was last seen with: if it has renewed that since, it lives
 */
record Sweep(NodeId node, long lease) implements PresenceRequest {

    static final String KIND = "sweep";

    static Sweep of(Fields fields, NodeId node) {
        Long lease = fields.requiredNumber("lease", Long::valueOf);
        fields.check();
        return new Sweep(node, lease);
    }

    @Override
    public Write on(Database db) {
        return Node.of(db, node).holding(lease).marked(PresenceAttributes.NODE_SWEPT);
    }
}

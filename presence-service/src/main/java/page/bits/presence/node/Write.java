package page.bits.presence.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/** A body of {@code POST /actions/presence}: one transaction of the presence database. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"kind", "node", "lease", "changes"})
record Write(String kind, String node, Long lease, List<Change> changes) {

    /** This node lives, and what it records has changed. With lease 0 it is a new one. */
    static Write renew(String node, long lease, List<Change> changes) {
        return new Write("renew", node, lease, changes);
    }

    /** This node ends; its viewers have a while to go to others. */
    static Write end(String node, long lease) {
        return new Write("end", node, lease, null);
    }

    /** A node is dead, if its lease is still that. */
    static Write sweep(String node, long lease) {
        return new Write("sweep", node, lease, null);
    }

    /** Something of what a swept node has recorded is taken out. */
    static Write forget(String node) {
        return new Write("forget", node, null, null);
    }
}

package page.bits.cluster.presence;

import page.bits.cluster.presence.Spans.Span;

/**
 * What was done to the cluster, and from when until when; in milliseconds of the wall clock.
 *
 * @param node whose process it is; of no meaning where it is nobody's
 * @param until when all was as before: the process is ready again, or was let go on, or writes are accepted again;
 *     except where the kind says otherwise
 */
record Disturbance(Kind kind, String node, long from, long until) {

    enum Kind {
        /** A presence node ended without a word. */
        NODE_KILLED,
        /** A presence node stood still. */
        NODE_PAUSED,
        /** A presence node was asked to end, until it had. */
        NODE_RESTARTED,
        /** One action node of several was gone, or stood still. */
        ACTION_NODE_AWAY,
        /** Nobody could write: no action node was there, or no transactor. */
        WRITES_AWAY
    }

    Span span() {
        return new Span(from, until);
    }

    long lasted() {
        return until - from;
    }

    /** Whether a connection to a place may have been to the node that this was about. */
    boolean mayBeAt(String place) {
        return place.equals(node) || place.equals(Visit.GATEWAY);
    }
}

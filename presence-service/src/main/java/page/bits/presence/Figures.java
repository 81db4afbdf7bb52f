package page.bits.presence;

/**
 * How much there is at this node, as of the last tick.
 *
 * @param connections by which somebody is present
 * @param viewers of these, and those who may still come back
 * @param creators whose audience is watched
 * @param nodes that live, as far as this one can tell
 * @param leaseAgeNanos for how long it has not seen its own lease go up; since its start, if it never has
 */
record Figures(int connections, int viewers, int creators, int nodes, long leaseAgeNanos) {

    static final Figures NONE = new Figures(0, 0, 0, 0, 0);
}

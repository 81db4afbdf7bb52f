package page.bits.cluster.presence;

/**
 * What is promised of presence, in milliseconds, and how far a shared machine may be off.
 *
 * @param grace for how long a viewer stays who has no connection any more
 * @param margin how much shorter the grace may look: between an end and its notice
 * @param spared for how long the viewers of a node stay at least that has stopped without a word, be it for good
 * @param joined how long it takes at most from a stream's beginning to a transaction that says so
 * @param slack how much later than promised a leave may be written, of a viewer or of a whole node
 * @param dead for how long the viewers of a node stay at most that has stopped without a word
 * @param lease what a node waits, once it can write again, before it takes another for dead
 * @param restored how long it takes at most after a pause until the viewers of the node that was paused are back
 * @param detour how much longer a write may take while an action node does not answer
 * @param seen how long it takes at most from a transaction to each observer
 */
record Bounds(
        long grace,
        long margin,
        long spared,
        long joined,
        long slack,
        long dead,
        long lease,
        long restored,
        long detour,
        long seen) {

    /** By the defaults of presence-service. */
    static final Bounds PROMISED = new Bounds(5_000, 700, 3_500, 3_000, 2_500, 10_000, 7_000, 8_000, 4_000, 3_000);
}

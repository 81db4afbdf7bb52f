package page.bits.cluster.presence;

/**
 * What an observer showed, or a node answered.
 *
 * @param observer what it is called in messages
 * @param t of what was shown
 * @param at when it came, in milliseconds of the wall clock
 */
record Shown(String observer, String room, long t, Presence presence, long at) {}

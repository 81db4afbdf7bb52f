/**
 * The presence database: who is on which creator's page, as each node that holds connections has written it. It is a database
 * of its own beside the main one, so that what changes by the second is in nobody's way there. A process whose class path has
 * this module has a peer of it as a bean, qualified by {@link page.bits.presence.peer.PresenceDatabase}.
 */
package page.bits.presence.peer;

/**
 * {@code POST /actions/presence}: how the nodes of presence-service write to the presence database, of which this service
 * alone is a writer. Theirs alone: no user's token is taken.
 */
package page.bits.action.presence;

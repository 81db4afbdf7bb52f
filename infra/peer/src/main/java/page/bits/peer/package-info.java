/**
 * The Datomic peer that every service embeds: connection, schema, and the {@link page.bits.peer.TransactionFeed} that
 * tells a node of every transaction of the database. Knows nothing of HTTP.
 */
package page.bits.peer;

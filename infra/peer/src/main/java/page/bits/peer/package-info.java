/**
 * The Datomic peer that every service embeds: connection, schema, and the {@link page.bits.peer.TransactionFeed} that
 * tells a node of every transaction of a database. Knows nothing of HTTP. Which peers a process has, it has from modules
 * beside this one: each brings the peer of one database as a bean.
 */
package page.bits.peer;

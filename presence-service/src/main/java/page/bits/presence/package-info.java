/**
 * presence-service: who is on a creator's page, right now, on every node. The edge is here: what a visitor asks for and gets.
 * {@code node} is what this node knows by itself and tells the database (its connections, its lease); {@code audience} is what
 * the database says of all nodes, as readers see it.
 */
package page.bits.presence;

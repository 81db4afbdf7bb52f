/** What the database says of who is on a creator's page, over all nodes, and how readers hear of its changes. */
package page.bits.presence.audience;

/** What this node knows by itself and records in the database: who is connected to it, and that it lives. */
package page.bits.presence.node;

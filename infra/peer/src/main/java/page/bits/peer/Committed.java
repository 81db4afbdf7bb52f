package page.bits.peer;

import datomic.Database;
import java.time.Instant;

/**
 * A transaction that is durable.
 *
 * @param t its t
 * @param at its instant
 * @param db the database right after it
 */
public record Committed(BasisT t, Instant at, Database db) {}

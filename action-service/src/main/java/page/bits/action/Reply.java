package page.bits.action;

import java.time.Instant;
import page.bits.peer.BasisT;

/**
 * What an action that was done is answered with.
 *
 * @param action its name
 * @param t of its transaction
 * @param at the instant of its transaction
 * @param result JSON, as it is on the transaction entity where the request bore an Idempotency-Key
 * @param replayed whether it was done before, for the same Idempotency-Key
 */
public record Reply(String action, BasisT t, Instant at, String result, boolean replayed) {}

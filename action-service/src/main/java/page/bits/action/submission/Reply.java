package page.bits.action.submission;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import page.bits.peer.BasisT;

/**
 * What actions that were done are answered with.
 *
 * @param isBatch whether they came as a batch, which has another form of answer; otherwise it is one
 * @param names of the actions
 * @param t of their transaction; where they changed nothing and none was needed, of the database that they were decided on
 * @param at the instant of that t
 * @param results of the actions, as many
 * @param replayed whether it was done before, for the same Idempotency-Key
 */
public record Reply(
        boolean isBatch,
        List<String> names,
        BasisT t,
        Instant at,
        List<Map<String, Object>> results,
        boolean replayed) {}

package page.bits.cluster.history;

import java.util.List;
import java.util.Map;

/**
 * One sending of a request, and what its client saw of it.
 *
 * @param trace the trace id it bore, which no other sending has: a transaction tells by it which one made it
 * @param node whom it was sent to
 * @param began {@link System#nanoTime()} before it was sent
 * @param ended when its answer was read, or its client gave up
 * @param status 0 if there was no answer
 * @param t of the answer; -1 if it has none
 * @param at of the answer; empty if it has none
 * @param results of the actions in the answer, in order; empty unless it is 200
 * @param replayed whether the answer says that it is the first reply to the same key
 * @param said the whole answer; where there was none, why
 */
record Attempt(
        String trace,
        String node,
        long began,
        long ended,
        int status,
        long t,
        String at,
        List<Map<String, String>> results,
        boolean replayed,
        String said) {

    Attempt {
        results = List.copyOf(results);
    }

    boolean isAcknowledged() {
        return status == 200;
    }

    /** Whether the service looked at it, and said no. */
    boolean isRefused() {
        return status >= 400 && status < 500 && !isNeverSubmitted();
    }

    /** Whether it was turned away before that: too much is going on, or nothing can. */
    boolean isNeverSubmitted() {
        return status == 503 || status == 429;
    }

    /** Whether it may have happened for all that its client was told. */
    boolean isUnknown() {
        return !isAcknowledged() && !isRefused() && !isNeverSubmitted();
    }

    @Override
    public String toString() {
        return "%s from %.3f to %.3f s: %d%s %s"
                .formatted(node, began / 1e9, ended / 1e9, status, replayed ? " (replayed)" : "", said);
    }
}

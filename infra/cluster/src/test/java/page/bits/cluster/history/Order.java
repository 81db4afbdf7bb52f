package page.bits.cluster.history;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What of the log was there when something was sent, and what can't have been there yet when it was answered. */
final class Order {

    /** The greatest t that any reply had told, by when that reply ended. */
    private final NavigableMap<Long, Long> told = new TreeMap<>();

    /** The least t of all transactions that were sent then or later, by when they were sent. */
    private final NavigableMap<Long, Long> sent = new TreeMap<>();

    /** @param entries by the trace id of the sending that made them */
    Order(Collection<Attempt> attempts, Map<String, Entry> entries) {
        long greatest = -1;
        for (Attempt attempt : attempts.stream()
                .filter(Attempt::isAcknowledged)
                .sorted(Comparator.comparingLong(Attempt::ended))
                .toList()) {
            greatest = Math.max(greatest, attempt.t());
            told.put(attempt.ended(), greatest);
        }
        long least = Long.MAX_VALUE;
        for (Attempt attempt : attempts.stream()
                .filter(each -> entries.containsKey(each.trace()))
                .sorted(Comparator.comparingLong(Attempt::began).reversed())
                .toList()) {
            least = Math.min(least, entries.get(attempt.trace()).t());
            sent.put(attempt.began(), least);
        }
    }

    /** The greatest t that someone had been told before this was sent; -1 if nobody had. */
    long seenBefore(Attempt attempt) {
        return Optional.ofNullable(told.lowerEntry(attempt.began()))
                .map(Map.Entry::getValue)
                .orElse(-1L);
    }

    /** The least t of what was sent after this was answered. */
    long beganAfter(Attempt attempt) {
        return Optional.ofNullable(sent.higherEntry(attempt.ended()))
                .map(Map.Entry::getValue)
                .orElse(Long.MAX_VALUE);
    }
}

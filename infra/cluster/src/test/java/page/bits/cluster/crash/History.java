package page.bits.cluster.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether what clients were told and what the log holds can both be true:
 *
 * <ul>
 *   <li>an acknowledged transaction is in the log once, at the t that was acknowledged;
 *   <li>one that was refused, or never submitted, is not in it;
 *   <li>one whose outcome is unknown is in it at most once;
 *   <li>nothing else is in it;
 *   <li>the feed of every client delivered the log from where it began to the end, each transaction once and in order.
 * </ul>
 */
final class History {

    /** Where one thing goes wrong, thousands follow. */
    private static final int TOLD_AT_MOST = 20;

    /** A transaction in the log; one without a mark is no client's (the schema). */
    record Entry(long t, Optional<Mark> mark) {}

    /** What a client was told: {@code t} is 0 unless it was acknowledged. */
    record Told(Outcome outcome, long t) {}

    /** A client's own account. */
    record Account(String client, long start, Set<Long> submitted, Map<Long, Told> settled, List<Entry> delivered) {

        static Account of(String client, Iterable<ClientEvent> events) {
            long start = -1;
            Set<Long> submitted = new HashSet<>();
            Map<Long, Told> settled = new LinkedHashMap<>();
            List<Entry> delivered = new ArrayList<>();
            for (ClientEvent event : events) {
                if (event instanceof ClientEvent.Started e) {
                    start = e.t();
                } else if (event instanceof ClientEvent.Submitted e && !submitted.add(e.number())) {
                    throw new IllegalStateException(client + " submitted " + e.number() + " twice");
                } else if (event instanceof ClientEvent.Settled e
                        && settled.put(e.number(), new Told(e.outcome(), e.t())) != null) {
                    throw new IllegalStateException(client + " was told twice about " + e.number());
                } else if (event instanceof ClientEvent.Delivered e) {
                    delivered.add(new Entry(e.t(), e.mark()));
                }
            }
            if (start < 0) {
                throw new IllegalStateException(client + " never started");
            }
            return new Account(client, start, submitted, settled, delivered);
        }
    }

    /**
     * What came of it.
     *
     * @param durableUnknown of the unknown ones, how many are in the log: durable, and never announced to their client
     * @param violations what can't be true, in words; empty when all is well
     */
    record Verdict(
            long acknowledged,
            long rejected,
            long unavailable,
            long unknown,
            long durableUnknown,
            long lost,
            long duplicated,
            long undelivered,
            long log,
            List<String> violations) {

        boolean holds() {
            return violations.isEmpty();
        }

        @Override
        public String toString() {
            String counts =
                    "%,d acknowledged, %,d lost, %,d duplicated, %,d undelivered; %,d unknown (%,d of them durable),"
                            + " %,d never submitted, %,d rejected; %,d in the log";
            return counts.formatted(
                            acknowledged,
                            lost,
                            duplicated,
                            undelivered,
                            unknown,
                            durableUnknown,
                            unavailable,
                            rejected,
                            log)
                    + (holds() ? "" : "\n  " + String.join("\n  ", violations));
        }
    }

    private final List<Entry> log;
    private final Map<Mark, List<Long>> places = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<Outcome, Long> outcomes = new HashMap<>();
    private long durableUnknown;
    private long lost;
    private long duplicated;
    private long undelivered;

    private History(List<Entry> log) {
        this.log = log;
        for (Entry entry : log) {
            entry.mark()
                    .ifPresent(mark -> places.computeIfAbsent(mark, key -> new ArrayList<>())
                            .add(entry.t()));
        }
    }

    /** @param log what a peer that connected after everything read */
    static Verdict check(List<Entry> log, List<Account> accounts) {
        History history = new History(log);
        history.checkLog(accounts);
        for (Account account : accounts) {
            history.checkOutcomes(account);
            history.checkFeed(account);
        }
        return history.verdict();
    }

    private Verdict verdict() {
        int more = violations.size() - TOLD_AT_MOST;
        List<String> told = new ArrayList<>(violations.subList(0, Math.min(violations.size(), TOLD_AT_MOST)));
        if (more > 0) {
            told.add("and " + more + " more");
        }
        return new Verdict(
                count(Outcome.ACKED),
                count(Outcome.REJECTED),
                count(Outcome.UNAVAILABLE),
                count(Outcome.UNKNOWN),
                durableUnknown,
                lost,
                duplicated,
                undelivered,
                log.size(),
                List.copyOf(told));
    }

    private long count(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    private void checkLog(List<Account> accounts) {
        long last = -1;
        for (Entry entry : log) {
            if (entry.t() <= last) {
                violations.add("the log has t " + entry.t() + " after t " + last);
            }
            last = entry.t();
        }
        Map<String, Account> byName = new HashMap<>();
        accounts.forEach(account -> byName.put(account.client(), account));
        places.forEach((mark, ts) -> {
            if (ts.size() > 1) {
                duplicated++;
                violations.add(mark + " is in the log more than once, at " + ts);
            }
            Account account = byName.get(mark.client());
            if (account == null || !account.submitted().contains(mark.number())) {
                violations.add(mark + " is in the log at " + ts + ", but nobody submitted it");
            }
        });
    }

    private void checkOutcomes(Account account) {
        for (long number : account.submitted()) {
            Mark mark = new Mark(account.client(), number);
            Told told = account.settled().get(number);
            List<Long> ts = places.getOrDefault(mark, List.of());
            if (told == null) {
                violations.add(mark + " was never settled");
                continue;
            }
            outcomes.merge(told.outcome(), 1L, Long::sum);
            switch (told.outcome()) {
                case ACKED -> {
                    if (ts.isEmpty()) {
                        lost++;
                        violations.add(mark + " was acknowledged at t " + told.t() + " and is not in the log");
                    } else if (!ts.contains(told.t())) {
                        violations.add(mark + " was acknowledged at t " + told.t() + ", but is in the log at " + ts);
                    }
                }
                case REJECTED, UNAVAILABLE -> {
                    if (!ts.isEmpty()) {
                        violations.add(mark + " is in the log at " + ts + ", but its client was told "
                                + (told.outcome() == Outcome.REJECTED
                                        ? "that it was refused"
                                        : "it was not submitted"));
                    }
                }
                case UNKNOWN -> durableUnknown += ts.isEmpty() ? 0 : 1;
            }
        }
    }

    private void checkFeed(Account account) {
        Map<Long, Entry> expected = new TreeMap<>();
        long first = account.delivered().isEmpty()
                ? account.start() + 1
                : Math.min(account.start() + 1, account.delivered().get(0).t());
        for (Entry entry : log) {
            if (entry.t() >= first) {
                expected.put(entry.t(), entry);
            }
        }
        Set<Long> seen = new HashSet<>();
        long last = -1;
        for (Entry delivery : account.delivered()) {
            String what = "the feed of " + account.client() + " delivered t " + delivery.t();
            if (!seen.add(delivery.t())) {
                violations.add(what + " twice");
            } else if (delivery.t() < last) {
                violations.add(what + " after t " + last);
            }
            if (!delivery.equals(expected.get(delivery.t()))) {
                violations.add(what + " (" + delivery.mark() + "), where the log has " + expected.get(delivery.t()));
            }
            last = delivery.t();
        }
        List<Long> missing =
                expected.keySet().stream().filter(t -> !seen.contains(t)).toList();
        if (!missing.isEmpty()) {
            undelivered += missing.size();
            violations.add("the feed of " + account.client() + " left out " + missing.size() + " transactions, from t "
                    + missing.get(0) + " to t " + missing.get(missing.size() - 1));
        }
    }
}

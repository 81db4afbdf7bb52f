package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import page.bits.cluster.history.Entry.Fact;
import page.bits.cluster.history.State.Decision;
import page.bits.cluster.history.State.Refusal;
import page.bits.cluster.history.Thing.Comment;
import page.bits.cluster.history.Thing.Creator;
import page.bits.cluster.history.Thing.Deleted;
import page.bits.cluster.history.Thing.Post;

/**
 * Whether what clients were told and what the log holds can both be true of a service that does one action after the other;
 * see {@link Rule}.
 *
 * <p>The log is gone through once, from one state to the next. Each transaction has to be what its request comes to on the
 * state before it; whatever left no transaction, be it refused or without effect, has to be right on one of the states that
 * there were between its asking and its answer.
 */
final class History {

    /** Where one thing goes wrong, thousands follow. */
    private static final int TOLD_AT_MOST = 20;

    private static final String NEW = "new ";

    /** A rule that is broken, and how. */
    record Violation(Rule rule, String how) {
        @Override
        public String toString() {
            return rule + ": " + how;
        }
    }

    /**
     * What came of it.
     *
     * @param requests how many, by what their clients knew in the end
     * @param attempts how many sendings, by the status of their answers
     * @param found of the requests whose outcome stayed unknown, how many are in the log
     * @param noOps requests that were acknowledged without a transaction
     */
    record Verdict(
            Map<String, Long> requests,
            Map<Integer, Long> attempts,
            long found,
            long noOps,
            long transactions,
            List<Violation> violations) {

        boolean holds() {
            return violations.isEmpty();
        }

        Set<Rule> broken() {
            return violations.stream().map(Violation::rule).collect(Collectors.toSet());
        }

        @Override
        public String toString() {
            String counts = "requests %s (%d of the unknown in the log, %d without effect), answers %s, %d transactions"
                    .formatted(requests, found, noOps, attempts, transactions);
            if (holds()) {
                return counts;
            }
            Map<Rule, Long> broken = violations.stream()
                    .collect(Collectors.groupingBy(Violation::rule, TreeMap::new, Collectors.counting()));
            String first = violations.stream()
                    .limit(TOLD_AT_MOST)
                    .map(Violation::toString)
                    .collect(Collectors.joining("\n  "));
            return "%s, broken %s%n  %s".formatted(counts, broken, first);
        }
    }

    /** A sending, and what it is one of. */
    private record Sent(Asked asked, Attempt attempt) {}

    /** When a thing was changed last, and by a sending to which node. */
    private record Changed(long t, String node) {}

    /**
     * A sending that was answered without a transaction of its own: to be justified by a state before whose next transaction
     * {@code after} is past, and whose own t is before {@code until}.
     */
    private record Claim(Sent sent, long after, long until) {}

    private final StoredLog log;
    private final List<Asked> all;
    private final Map<String, Sent> byTrace = new HashMap<>();
    private final Map<Asked, List<Entry>> entries = new LinkedHashMap<>();
    private final Map<String, Entry> entryByTrace = new HashMap<>();
    private final Map<List<String>, List<Asked>> byKey = new HashMap<>();
    private final Set<Long> ts;
    private final Order order;
    private final Facts facts = new Facts();
    private final State state = State.empty();
    private final Map<String, Changed> changed = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private long noOps;

    private History(List<Asked> all, StoredLog log) {
        this.all = all;
        this.log = log;
        for (Asked asked : all) {
            asked.key()
                    .ifPresent(key -> byKey.computeIfAbsent(List.of(asked.actor(), key), each -> new ArrayList<>())
                            .add(asked));
            for (Attempt attempt : asked.attempts()) {
                byTrace.put(attempt.trace(), new Sent(asked, attempt));
            }
        }
        for (Entry entry : log.entries()) {
            sender(entry).ifPresent(sent -> {
                entries.computeIfAbsent(sent.asked(), key -> new ArrayList<>()).add(entry);
                entryByTrace.putIfAbsent(sent.attempt().trace(), entry);
            });
        }
        ts = log.entries().stream().map(Entry::t).collect(Collectors.toSet());
        order = new Order(byTrace.values().stream().map(Sent::attempt).toList(), entryByTrace);
    }

    /** @param log what a peer that connected after everything read */
    static Verdict check(List<Asked> asked, StoredLog log) {
        History history = new History(asked, log);
        history.checkReplies();
        history.checkLog();
        history.checkEnd();
        return history.verdict();
    }

    private Optional<Sent> sender(Entry entry) {
        return entry.trace().map(byTrace::get);
    }

    // What clients were told, against the log.

    private void checkReplies() {
        for (Asked asked : all) {
            List<Entry> own = entries.getOrDefault(asked, List.of());
            if (own.size() > 1) {
                violated(
                        Rule.ONCE,
                        "%s is in the log at %s",
                        asked,
                        own.stream().map(Entry::t).toList());
            }
            for (Attempt attempt : asked.attempts()) {
                if (attempt.isAcknowledged()) {
                    checkAcknowledged(asked, attempt, own);
                } else if (attempt.isRefused() && entryByTrace.containsKey(attempt.trace())) {
                    violated(Rule.REFUSED_LEFT_NOTHING, "%s, %s", asked, attempt);
                } else if (attempt.isNeverSubmitted() && entryByTrace.containsKey(attempt.trace())) {
                    violated(Rule.NEVER_SUBMITTED_LEFT_NOTHING, "%s, %s", asked, attempt);
                }
            }
            if (asked.key().isPresent()) {
                checkAgree(asked);
            }
        }
        byKey.values().forEach(same -> {
            List<Asked> happened = same.stream().filter(entries::containsKey).toList();
            if (happened.size() > 1) {
                violated(Rule.ONCE, "the same key is in the log for each of %s", happened);
            }
        });
    }

    private void checkAcknowledged(Asked asked, Attempt attempt, List<Entry> own) {
        if (asked.key().isEmpty()) {
            Entry entry = entryByTrace.get(attempt.trace());
            if (entry == null) {
                checkNothingWritten(asked, attempt);
            } else if (entry.t() != attempt.t()) {
                violated(Rule.AT_ITS_T, "%s is at %d: %s", asked, entry.t(), attempt);
            }
            return;
        }
        if (own.isEmpty()) {
            violated(Rule.NOT_LOST, "%s was acknowledged: %s", asked, attempt);
            return;
        }
        if (own.stream().noneMatch(entry -> entry.t() == attempt.t())) {
            violated(Rule.AT_ITS_T, "%s is at %d: %s", asked, own.get(0).t(), attempt);
        }
        if (!attempt.replayed() && !entryByTrace.containsKey(attempt.trace())) {
            violated(Rule.MARKED_AS_REPLAYED, "%s, %s", asked, attempt);
        }
    }

    /** A reply without a transaction tells the t of some other: where there is none, its own is lost. */
    private void checkNothingWritten(Asked asked, Attempt attempt) {
        boolean canBeWithoutEffect = asked.asks().stream()
                .allMatch(ask -> ask instanceof Ask.LikePost
                        || ask instanceof Ask.UnlikePost
                        || ask instanceof Ask.UpdateCreator
                        || ask instanceof Ask.EditPost);
        if (!canBeWithoutEffect || !ts.contains(attempt.t())) {
            violated(Rule.NOT_LOST, "%s was acknowledged: %s", asked, attempt);
        } else {
            noOps++;
        }
    }

    private void checkAgree(Asked asked) {
        Attempt first = null;
        for (Attempt attempt : asked.attempts()) {
            if (first == null) {
                first = attempt.isAcknowledged() ? attempt : null;
            } else if (attempt.isAcknowledged()
                    && (attempt.t() != first.t()
                            || !attempt.at().equals(first.at())
                            || !attempt.results().equals(first.results()))) {
                violated(Rule.REPLIES_AGREE, "%s: %s and %s", asked, first, attempt);
            } else if (attempt.isRefused() && attempt.began() > first.ended()) {
                violated(Rule.REPLIES_AGREE, "%s: %s and %s", asked, first, attempt);
            }
        }
    }

    // The log, one transaction after the other.

    private void checkLog() {
        List<Claim> claims = claims();
        List<Claim> open = new ArrayList<>();
        int next = 0;
        long t = -1;
        for (int i = 0; i <= log.entries().size(); i++) {
            long following = i < log.entries().size() ? log.entries().get(i).t() : Long.MAX_VALUE;
            while (next < claims.size() && claims.get(next).after() < following) {
                open.add(claims.get(next++));
            }
            settle(open, t);
            if (i < log.entries().size()) {
                checkEntry(log.entries().get(i));
                t = following;
            }
        }
        open.forEach(this::violated);
    }

    /** In the order in which they come into question. */
    private List<Claim> claims() {
        List<Claim> claims = new ArrayList<>();
        for (Sent sent : byTrace.values()) {
            Attempt attempt = sent.attempt();
            boolean noOp = attempt.isAcknowledged()
                    && sent.asked().key().isEmpty()
                    && !entryByTrace.containsKey(attempt.trace())
                    && ts.contains(attempt.t());
            boolean refused = attempt.isRefused() && !entryByTrace.containsKey(attempt.trace());
            if (noOp || refused) {
                claims.add(new Claim(sent, order.seenBefore(attempt), order.beganAfter(attempt)));
            }
            if (noOp && attempt.t() < order.seenBefore(attempt)) {
                violated(
                        Rule.REAL_TIME,
                        "%s was told %d when %d was known: %s",
                        sent.asked(),
                        attempt.t(),
                        order.seenBefore(attempt),
                        attempt);
            }
        }
        claims.sort(Comparator.comparingLong(Claim::after));
        return claims;
    }

    private void settle(List<Claim> open, long t) {
        open.removeIf(claim -> {
            if (t >= claim.until()) {
                violated(claim);
                return true;
            }
            return isJustified(claim);
        });
    }

    private boolean isJustified(Claim claim) {
        Sent sent = claim.sent();
        State trial = state.trial();
        Decision decision =
                trial.perform(sent.asked().actor(), sent.asked().asks(), Long.MAX_VALUE, text -> NEW + text);
        Attempt attempt = sent.attempt();
        if (attempt.isRefused()) {
            return decision.refusals().stream().anyMatch(refusal -> refusal.status() == attempt.status())
                    || attempt.status() == 422 && isKeyOfAnother(sent.asked(), claim.until());
        }
        return decision.refusals().isEmpty()
                && trial.changed().isEmpty()
                && decision.results().equals(attempt.results());
    }

    /** Whether another request of the same actor had the same key, and came first. */
    private boolean isKeyOfAnother(Asked asked, long until) {
        return asked.key().map(key -> byKey.get(List.of(asked.actor(), key))).orElse(List.of()).stream()
                .filter(other -> other != asked)
                .flatMap(other -> entries.getOrDefault(other, List.of()).stream())
                .anyMatch(entry -> entry.t() < until);
    }

    private void violated(Claim claim) {
        violated(
                claim.sent().attempt().isRefused() ? Rule.RIGHTLY_REFUSED : Rule.NO_OP,
                "%s was right at no time after %d and before %d: %s",
                claim.sent().asked(),
                claim.after(),
                claim.until(),
                claim.sent().attempt());
    }

    private void checkEntry(Entry entry) {
        Optional<Sent> sent = sender(entry);
        if (sent.isEmpty()) {
            facts.add(entry.t(), entry.facts()).forEach(name -> state.put(name, facts.thing(name)));
            if (entry.name().isPresent() || !entry.facts().isEmpty()) {
                violated(Rule.ASKED_FOR, "%s", entry);
            }
            return;
        }
        Asked asked = sent.get().asked();
        if (!entry.actor().equals(Optional.of(asked.actor()))) {
            violated(Rule.BY_ITS_ACTOR, "%s: %s", asked, entry);
        }
        if (!entry.name().equals(Optional.of(asked.name()))
                || entry.hasKey() != asked.key().isPresent()) {
            violated(Rule.EFFECT, "%s, as %s: %s", asked, asked.name(), entry);
        }
        long seen = order.seenBefore(sent.get().attempt());
        if (entry.t() <= seen) {
            violated(Rule.REAL_TIME, "%s is at %d, and began when %d was known", asked, entry.t(), seen);
        }
        checkEffect(sent.get(), entry, seen);
    }

    /** @param seen what its client may have known when it asked */
    private void checkEffect(Sent sent, Entry entry, long seen) {
        Asked asked = sent.asked();
        State expected = state.trial();
        Decision decision = expected.perform(asked.actor(), asked.asks(), entry.t(), text -> id(entry, text));
        Set<String> touched = facts.add(entry.t(), entry.facts());
        State found = state.trial();
        touched.forEach(name -> found.put(name, facts.thing(name)));
        if (!decision.refusals().isEmpty()) {
            for (Refusal refusal : decision.refusals()) {
                violated(refusal.rule(), "%s is in the log, and was %s: %s", asked, refusal, entry);
            }
        } else {
            Set<String> names = new HashSet<>(expected.changed());
            names.addAll(found.changed());
            if (names.isEmpty()
                    && asked.key().isEmpty()
                    && expected.things().keySet().stream().allMatch(name -> isKnown(name, sent.attempt(), seen))) {
                violated(Rule.NO_EMPTY_TRANSACTION, "%s: %s", asked, entry);
            }
            for (String name : names) {
                compare(asked, entry, name, expected.get(name), found.get(name));
            }
            compareResults(asked, entry, decision);
        }
        for (String name : found.changed()) {
            state.put(name, facts.thing(name));
            changed.put(name, new Changed(entry.t(), sent.attempt().node()));
        }
    }

    /** Whether the node that this was sent to knew of the last change: one of its own, that had been told of before. */
    private boolean isKnown(String name, Attempt attempt, long seen) {
        Changed last = changed.get(name);
        return last == null || last.t() <= seen && last.node().equals(attempt.node());
    }

    private void compare(Asked asked, Entry entry, String name, Optional<Thing> expected, Optional<Thing> found) {
        if (expected.equals(found)) {
            return;
        }
        Rule rule = Rule.EFFECT;
        if (found.orElse(null) instanceof Deleted) {
            rule = state.get(name).orElse(null) instanceof Deleted ? Rule.THERE : Rule.EFFECT;
        } else if (expected.orElse(null) instanceof Post one && found.orElse(null) instanceof Post other) {
            if (!one.likedBy().equals(other.likedBy()) || one.likes() != other.likes()) {
                rule = Rule.LIKES;
            } else if (one.comments() != other.comments()) {
                rule = Rule.COMMENTS;
            }
        } else if (expected.orElse(null) instanceof Creator one
                && found.orElse(null) instanceof Creator other
                && one.posts() != other.posts()) {
            rule = Rule.POSTS;
        }
        violated(
                rule,
                "%s at %d should have made of %s %s, and made %s",
                asked,
                entry.t(),
                name,
                expected.map(Thing::toString).orElse("nothing"),
                found.map(Thing::toString).orElse("nothing"));
    }

    private void compareResults(Asked asked, Entry entry, Decision decision) {
        for (Attempt attempt : asked.attempts()) {
            if (!attempt.isAcknowledged() || attempt.t() != entry.t()) {
                continue;
            }
            if (attempt.results().size() != decision.results().size()) {
                violated(Rule.RESULT, "%s is %s: %s", asked, decision.results(), attempt);
                continue;
            }
            for (int i = 0; i < decision.results().size(); i++) {
                Map<String, String> made = new TreeMap<>(decision.results().get(i));
                Map<String, String> told = new TreeMap<>(attempt.results().get(i));
                if (!made.equals(told)) {
                    made.remove("likes");
                    told.remove("likes");
                    violated(
                            made.equals(told) ? Rule.LIKES : Rule.RESULT,
                            "%s at %d is %s: %s",
                            asked,
                            entry.t(),
                            decision.results(),
                            attempt);
                }
            }
        }
    }

    /** Of what the transaction made with this text. */
    private static String id(Entry entry, String text) {
        return entry.facts().stream()
                .filter(Fact::added)
                .filter(fact ->
                        fact.attribute().equals("post/text") || fact.attribute().equals("comment/text"))
                .filter(fact -> fact.value().equals(text))
                .map(fact -> fact.about().substring(fact.about().indexOf(':') + 1))
                .findFirst()
                .orElse(NEW + text);
    }

    // What there is in the end.

    private void checkEnd() {
        Map<String, Thing> replayed = state.things();
        Map<String, Thing> now = log.now();
        Set<String> names = new HashSet<>(replayed.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            if (!Optional.ofNullable(replayed.get(name)).equals(Optional.ofNullable(now.get(name)))) {
                violated(
                        Rule.COUNTS,
                        "of %s the log makes %s, and the indexes hold %s",
                        name,
                        replayed.get(name),
                        now.get(name));
            }
        }
        checkSum("posts made", happened(Ask.PublishPost.class), count(now, "post:"));
        checkSum(
                "posts there",
                happened(Ask.PublishPost.class) - happened(Ask.DeletePost.class),
                now.values().stream().filter(Post.class::isInstance).count());
        checkSum("comments made", happened(Ask.CommentOnPost.class), count(now, "comment:"));
        checkSum(
                "comments there",
                happened(Ask.CommentOnPost.class) - happened(Ask.DeleteComment.class),
                now.values().stream().filter(Comment.class::isInstance).count());
        checkSum("creators", happened(Ask.RegisterCreator.class), count(now, "creator:"));
    }

    private void checkSum(String what, long told, long held) {
        if (told != held) {
            violated(
                    Rule.COUNTS,
                    "by what clients were told there are %d %s, and the indexes hold %d",
                    told,
                    what,
                    held);
        }
    }

    private static long count(Map<String, Thing> now, String prefix) {
        return now.keySet().stream().filter(name -> name.startsWith(prefix)).count();
    }

    /** How many such actions were acknowledged, or are in the log though nobody was told. */
    private long happened(Class<? extends Ask> kind) {
        return all.stream()
                .filter(asked -> asked.acknowledged().isPresent() || entries.containsKey(asked))
                .flatMap(asked -> asked.asks().stream())
                .filter(kind::isInstance)
                .count();
    }

    private Verdict verdict() {
        Map<String, Long> requests =
                all.stream().collect(Collectors.groupingBy(History::outcome, TreeMap::new, Collectors.counting()));
        Map<Integer, Long> attempts = all.stream()
                .flatMap(asked -> asked.attempts().stream())
                .collect(Collectors.groupingBy(Attempt::status, TreeMap::new, Collectors.counting()));
        long found = entries.keySet().stream()
                .filter(asked -> outcome(asked).equals("unknown"))
                .count();
        return new Verdict(requests, attempts, found, noOps, log.entries().size(), List.copyOf(violations));
    }

    private static String outcome(Asked asked) {
        if (asked.acknowledged().isPresent()) {
            return "acknowledged";
        }
        if (asked.attempts().stream().anyMatch(Attempt::isRefused)) {
            return "refused";
        }
        return asked.attempts().stream().anyMatch(Attempt::isUnknown) ? "unknown" : "never submitted";
    }

    private void violated(Rule rule, String how, Object... details) {
        violations.add(new Violation(rule, how.formatted(details)));
    }
}

package page.bits.cluster.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import page.bits.cluster.presence.Spans.Span;
import page.bits.cluster.presence.StoredPresence.State;

/**
 * All that happened, from three sides: what viewers did and what was done to the nodes, what the database holds, and what
 * observers showed. Each observer has to have shown exactly what the database held at the t that it named, and soon; and the
 * database has to have held whom it had to hold, and nobody who was gone.
 *
 * @param visits all connections of all viewers
 * @param shown all that was shown or answered
 * @param watches all connections of all observers
 * @param ended until when all of this tells what happened, in milliseconds of the wall clock
 */
record PresenceHistory(
        List<Visit> visits,
        List<Disturbance> disturbances,
        StoredPresence stored,
        List<Shown> shown,
        List<Watch> watches,
        long ended,
        Bounds bounds) {

    PresenceHistory {
        visits = List.copyOf(visits);
        disturbances = List.copyOf(disturbances);
        shown = List.copyOf(shown);
        watches = List.copyOf(watches);
    }

    /** All that is wrong, in words; nothing where it is as promised. */
    List<String> violations() {
        List<String> found = new ArrayList<>();
        Map<String, Map<Viewer, List<Visit>>> byRoom = visits.stream()
                .collect(Collectors.groupingBy(
                        visit -> visit.viewer().room(), TreeMap::new, Collectors.groupingBy(Visit::viewer)));
        byRoom.forEach((room, viewers) -> {
            Map<Viewer, Claims> claims = viewers.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> Claims.of(entry.getValue(), disturbances, bounds)));
            claims.forEach((viewer, claim) -> {
                if (viewer.named()) {
                    checkNamed(viewer, claim, found);
                }
            });
            checkStrangers(room, viewers.keySet(), found);
            checkNameless(
                    room,
                    claims.entrySet().stream()
                            .filter(entry -> !entry.getKey().named())
                            .map(Map.Entry::getValue)
                            .toList(),
                    found);
        });
        shown.forEach(each -> checkShown(each, found));
        watches.forEach(watch -> checkSeen(watch, found));
        return found;
    }

    /** How much there was. */
    String summary(Collection<String> rooms) {
        return "%d transactions, %s changes, %d connections of viewers, %d of observers, %d states shown"
                .formatted(
                        stored.instants().size(),
                        rooms.stream().map(room -> stored.changes(room).size()).toList(),
                        visits.size(),
                        watches.size(),
                        shown.size());
    }

    private void checkNamed(Viewer viewer, Claims claims, List<String> found) {
        Spans held = held(viewer);
        Span all = new Span(0, ended);
        Spans missing = claims.certain().within(all).minus(held);
        if (!missing.isEmpty()) {
            found.add("%s was taken for gone in %s: %s".formatted(viewer.key(), viewer.room(), told(missing)));
        }
        Spans leftover = held.within(all).minus(claims.possible());
        if (!leftover.isEmpty()) {
            found.add("%s was gone and still in %s: %s".formatted(viewer.key(), viewer.room(), told(leftover)));
        }
    }

    /** When the database held one who is named. */
    private Spans held(Viewer viewer) {
        List<Span> spans = new ArrayList<>();
        long since = -1;
        for (Map.Entry<Long, State> change : stored.changes(viewer.room()).entrySet()) {
            long at = stored.instants().get(change.getKey());
            boolean isThere = change.getValue().named().values().stream()
                    .anyMatch(named -> named.name().equals(viewer.key()));
            if (isThere && since < 0) {
                since = at;
            } else if (!isThere && since >= 0) {
                spans.add(new Span(since, at));
                since = -1;
            }
        }
        if (since >= 0) {
            spans.add(new Span(since, Visit.OPEN));
        }
        return Spans.union(spans);
    }

    private void checkStrangers(String room, Collection<Viewer> viewers, List<String> found) {
        TreeSet<String> known =
                viewers.stream().filter(Viewer::named).map(Viewer::key).collect(Collectors.toCollection(TreeSet::new));
        stored.changes(room).values().stream()
                .flatMap(state -> state.named().values().stream())
                .filter(named -> !known.contains(named.name()))
                .distinct()
                .forEach(named -> found.add("nobody is called as %s in %s".formatted(named, room)));
    }

    /** Nobody can tell one of them from another: so it is their number that has to be right. */
    private void checkNameless(String room, List<Claims> claims, List<String> found) {
        TreeMap<Long, int[]> steps = new TreeMap<>(); // by how much the least, the number itself and the most change
        for (Claims claim : claims) {
            step(steps, claim.certain(), 0);
            step(steps, claim.possible(), 2);
        }
        int before = 0;
        for (Map.Entry<Long, State> change : stored.changes(room).entrySet()) {
            int nameless = change.getValue().nameless();
            steps.computeIfAbsent(stored.instants().get(change.getKey()), key -> new int[3])[1] += nameless - before;
            before = nameless;
        }
        int[] now = new int[3];
        boolean wasWrong = false;
        for (Map.Entry<Long, int[]> step : steps.headMap(ended).entrySet()) {
            for (int i = 0; i < now.length; i++) {
                now[i] += step.getValue()[i];
            }
            boolean isWrong = now[1] < now[0] || now[1] > now[2];
            if (isWrong && !wasWrong) {
                found.add("%s had %d without a name at %d, and %d to %d were there"
                        .formatted(room, now[1], step.getKey(), now[0], now[2]));
            }
            wasWrong = isWrong;
        }
    }

    private static void step(TreeMap<Long, int[]> steps, Spans spans, int which) {
        for (Span span : spans.spans()) {
            steps.computeIfAbsent(span.from(), key -> new int[3])[which]++;
            steps.computeIfAbsent(span.to(), key -> new int[3])[which]--;
        }
    }

    private void checkShown(Shown each, List<String> found) {
        Presence truth = stored.at(each.room(), each.t()).presence();
        if (!truth.equals(each.presence())) {
            found.add("%s showed of %s at t %d %s, and the database held %s"
                    .formatted(each.observer(), each.room(), each.t(), each.presence(), truth));
        }
    }

    /** Of several changes only the newest has to be shown, and nothing where one has undone another. */
    private void checkSeen(Watch watch, List<String> found) {
        for (long t : stored.changes(watch.room()).keySet()) {
            long at = stored.instants().get(t);
            Span due = new Span(at, at + bounds.seen());
            boolean hasToShow = watch.began() < due.from() && watch.ended() > due.to() && due.to() < ended;
            if (hasToShow && !isUpset(watch, due) && !showed(watch, t, due)) {
                found.add("%s did not show what happened in %s at t %d within %d ms"
                        .formatted(watch.observer(), watch.room(), t, bounds.seen()));
                return;
            }
        }
    }

    private boolean showed(Watch watch, long t, Span due) {
        Optional<Shown> newest =
                watch.shown().stream().filter(each -> each.at() <= due.to()).reduce((one, other) -> other);
        return newest.isPresent()
                && (newest.get().t() >= t
                        || stored.changes(watch.room()).tailMap(t, true).entrySet().stream()
                                .filter(change -> stored.instants().get(change.getKey()) <= due.to())
                                .anyMatch(change -> change.getValue()
                                        .presence()
                                        .equals(newest.get().presence())));
    }

    /** Its node stands still, or none hears from a transactor. */
    private boolean isUpset(Watch watch, Span due) {
        return disturbances.stream()
                .filter(each -> switch (each.kind()) {
                    case WRITES_AWAY -> true;
                    case NODE_PAUSED, NODE_KILLED -> each.mayBeAt(watch.place());
                    case NODE_RESTARTED, ACTION_NODE_AWAY -> false;
                })
                .anyMatch(each -> new Span(each.from() - bounds.seen(), each.until() + bounds.seen()).overlaps(due));
    }

    private static String told(Spans spans) {
        return spans.spans().stream()
                .map(span -> "from %d for %d ms".formatted(span.from(), span.to() - span.from()))
                .collect(Collectors.joining(", "));
    }
}

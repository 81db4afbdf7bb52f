package page.bits.cluster.presence;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import page.bits.cluster.presence.Disturbance.Kind;
import page.bits.cluster.presence.Spans.Span;

/**
 * When a viewer has to be shown, and when they may be: it follows from the viewer's connections and from what was done to the
 * nodes meanwhile. Whoever is shown when they may not be stayed for too long; whoever is not when they have to be has been
 * taken for gone without being.
 *
 * @param certain when they have to be shown
 * @param possible when they may be shown; it holds all that is certain
 */
record Claims(Spans certain, Spans possible) {

    /** @param visits all of one viewer */
    static Claims of(List<Visit> visits, List<Disturbance> disturbances, Bounds bounds) {
        return new Derivation(visits, disturbances, bounds).claims();
    }

    private record Derivation(List<Visit> visits, List<Disturbance> disturbances, Bounds bounds) {

        Derivation {
            visits = visits.stream()
                    .sorted(Comparator.comparingLong(Visit::asked))
                    .toList();
        }

        Claims claims() {
            List<Span> certain = new ArrayList<>();
            List<Span> possible = new ArrayList<>();
            for (Visit visit : visits) {
                certain.addAll(certain(visit).spans());
                possible.addAll(possible(visit).spans());
            }
            return new Claims(Spans.union(certain), Spans.union(possible));
        }

        private Spans certain(Visit visit) {
            OptionalLong from = certainFrom(visit);
            if (from.isEmpty()) {
                return Spans.NONE;
            }
            Spans claim = Spans.of(new Span(from.getAsLong(), keptUntil(visit)));
            for (Disturbance pause : of(Kind.NODE_PAUSED)) {
                if (pause.mayBeAt(visit.place()) && pause.lasted() >= bounds.spared()) {
                    claim = claim.minus(Spans.of(
                            new Span(pause.from() + bounds.spared(), writableAfter(pause.until(), bounds.restored()))));
                }
            }
            return claim;
        }

        /** Nobody has to be noticed who is gone before that could be written. */
        private OptionalLong certainFrom(Visit visit) {
            if (visit.began().isEmpty()) {
                return OptionalLong.empty();
            }
            long began = visit.began().getAsLong();
            long written = writtenBy(visit);
            return LongStream.concat(
                            visits.stream()
                                    .filter(before -> isBackInTime(before, visit))
                                    .flatMapToLong(before -> certainFrom(before).stream())
                                    .map(from -> Math.max(began, from)),
                            written < visit.ended() ? LongStream.of(written) : LongStream.empty())
                    .min();
        }

        /** A node that stands still writes nothing of whoever has just come to it. */
        private long writtenBy(Visit visit) {
            long began = visit.began().getAsLong();
            long written = writableAfter(began, bounds.joined());
            for (Disturbance pause : of(Kind.NODE_PAUSED)) {
                if (pause.mayBeAt(visit.place()) && pause.span().overlaps(new Span(began, written))) {
                    written = Math.max(written, writableAfter(pause.until(), bounds.restored()));
                }
            }
            return written;
        }

        /** Whether they came back, within the grace, to the very node that still had them: it need not write a thing. */
        private boolean isBackInTime(Visit before, Visit visit) {
            long began = visit.began().getAsLong();
            Span between = new Span(before.ended(), began + 1);
            return before.began().isPresent()
                    && before.began().getAsLong() < began
                    && before.isWhere(visit)
                    && began <= keptUntil(before)
                    && disturbances.stream()
                            .noneMatch(each -> endsNode(each)
                                    && each.mayBeAt(visit.place())
                                    && each.span().overlaps(between));
        }

        private static boolean endsNode(Disturbance each) {
            return each.kind() == Kind.NODE_KILLED || each.kind() == Kind.NODE_RESTARTED;
        }

        /** When something has been written at the latest that takes so long and is due at an instant. */
        private long writableAfter(long due, long takes) {
            long written = due + takes;
            for (boolean moved = true; moved; ) {
                moved = false;
                for (Disturbance each : disturbances) {
                    long later = each.kind() == Kind.WRITES_AWAY
                            ? each.until() + takes
                            : each.kind() == Kind.ACTION_NODE_AWAY ? due + takes + bounds.detour() : Long.MIN_VALUE;
                    if (later > written && each.span().overlaps(new Span(due, written))) {
                        written = later;
                        moved = true;
                    }
                }
            }
            return written;
        }

        private long keptUntil(Visit visit) {
            long until = visit.isOpen()
                    ? Visit.OPEN
                    : visit.ended() + (visit.closed() ? bounds.grace() - bounds.margin() : bounds.spared());
            for (Disturbance kill : of(Kind.NODE_KILLED)) {
                if (kill.mayBeAt(visit.place()) && kill.from() >= visit.asked() && !isAliveAfter(visit, kill)) {
                    until = Math.min(until, kill.from() + bounds.spared());
                }
            }
            return until;
        }

        /** A connection that goes on is not one of the node that was killed, whatever the gateway did with it. */
        private static boolean isAliveAfter(Visit visit, Disturbance kill) {
            return visit.place().equals(Visit.GATEWAY) && visit.ended() > kill.until();
        }

        private Spans possible(Visit visit) {
            Spans claim = Spans.of(new Span(visit.asked(), goneAfter(visit)));
            for (Disturbance pause : of(Kind.NODE_PAUSED)) {
                Span still = new Span(pause.from(), pause.until());
                boolean isWritable = of(Kind.WRITES_AWAY).stream()
                        .noneMatch(away -> new Span(away.from(), away.until() + bounds.lease()).overlaps(still));
                if (visit.place().equals(pause.node()) && visit.asked() < pause.from() && isWritable) {
                    claim = claim.minus(Spans.of(
                            new Span(pause.from() + bounds.dead() + bounds.slack() + detour(still), pause.until())));
                }
            }
            return claim;
        }

        private long goneAfter(Visit visit) {
            if (visit.isOpen()) {
                return Visit.OPEN;
            }
            long gone = visit.ended() + bounds.grace() + bounds.slack();
            for (Disturbance each : disturbances) {
                boolean matters = each.mayBeAt(visit.place()) && each.span().overlaps(new Span(visit.asked(), gone));
                if (matters && each.kind() == Kind.NODE_KILLED) {
                    gone = Math.max(gone, each.from() + bounds.dead() + bounds.slack());
                }
                // Its viewers have their grace from when it has ended, which takes some time after it has sent them
                // away.
                if (matters && (each.kind() == Kind.NODE_PAUSED || each.kind() == Kind.NODE_RESTARTED)) {
                    gone = Math.max(gone, each.until() + bounds.grace() + bounds.slack());
                }
            }
            for (Disturbance pause : of(Kind.NODE_PAUSED)) {
                // One that was away for long takes nobody for gone for a full lease, once it can write again.
                long expires = pause.until() + bounds.restored() + bounds.lease();
                if (pause.lasted() >= bounds.spared()
                        && pause.mayBeAt(visit.place())
                        && new Span(pause.from(), expires).overlaps(new Span(visit.asked(), gone))) {
                    gone = Math.max(gone, expires + bounds.slack());
                }
            }
            gone += detour(new Span(visit.ended(), gone));
            for (boolean moved = true; moved; ) {
                moved = false;
                for (Disturbance away : of(Kind.WRITES_AWAY)) {
                    long later = away.until() + bounds.lease() + bounds.grace() + bounds.slack();
                    later += detour(new Span(away.until(), later));
                    if (later > gone && away.span().overlaps(new Span(visit.ended(), gone))) {
                        gone = later;
                        moved = true;
                    }
                }
            }
            return gone;
        }

        private long detour(Span span) {
            boolean isUpset = of(Kind.ACTION_NODE_AWAY).stream()
                    .anyMatch(each -> each.span().overlaps(span));
            return isUpset ? bounds.detour() : 0;
        }

        private List<Disturbance> of(Kind kind) {
            return disturbances.stream().filter(each -> each.kind() == kind).toList();
        }
    }
}

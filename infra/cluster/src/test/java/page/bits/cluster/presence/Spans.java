package page.bits.cluster.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Stretches of time, in milliseconds of the wall clock: none is empty, none touches another, and they are in order.
 *
 * @param spans each with its end left out
 */
record Spans(List<Span> spans) {

    static final Spans NONE = new Spans(List.of());

    /** From an instant up to another, which is no part of it. */
    record Span(long from, long to) {

        boolean isEmpty() {
            return to <= from;
        }

        boolean overlaps(Span other) {
            return from < other.to && other.from < to;
        }
    }

    Spans {
        spans = List.copyOf(spans);
    }

    static Spans of(Span... spans) {
        return union(List.of(spans));
    }

    /** All that is in any of them. */
    static Spans union(Collection<Span> spans) {
        List<Span> ordered = spans.stream()
                .filter(span -> !span.isEmpty())
                .sorted(Comparator.comparingLong(Span::from))
                .toList();
        List<Span> merged = new ArrayList<>();
        for (Span span : ordered) {
            int last = merged.size() - 1;
            if (last >= 0 && merged.get(last).to() >= span.from()) {
                Span before = merged.get(last);
                merged.set(last, new Span(before.from(), Math.max(before.to(), span.to())));
            } else {
                merged.add(span);
            }
        }
        return new Spans(merged);
    }

    /** What of these is in none of the others. */
    Spans minus(Spans others) {
        List<Span> left = spans;
        for (Span other : others.spans) {
            List<Span> kept = new ArrayList<>();
            for (Span span : left) {
                kept.add(new Span(span.from(), Math.min(span.to(), other.from())));
                kept.add(new Span(Math.max(span.from(), other.to()), span.to()));
            }
            left = kept.stream().filter(span -> !span.isEmpty()).toList();
        }
        return new Spans(left);
    }

    /** What of these is within a stretch. */
    Spans within(Span stretch) {
        return minus(of(new Span(Long.MIN_VALUE, stretch.from()), new Span(stretch.to(), Long.MAX_VALUE)));
    }

    boolean contains(long instant) {
        return spans.stream().anyMatch(span -> span.from() <= instant && instant < span.to());
    }

    boolean isEmpty() {
        return spans.isEmpty();
    }
}

package page.bits.view.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Over which spans of t one view is known to have stayed the same. That is what a reader's t is normalised by: whoever has the
 * view as it was at any t of a span has it as it was at the span's start.
 *
 * <p>It is known from two sides. A rendering shows the view at the basis of the database value that was looked at; and of each
 * transaction, in their order, it is told whether it touches the view. Either may be ahead of the other. All methods may be
 * called from any thread.
 */
final class Constancy {

    /** How many earlier spans are remembered: two numbers each. */
    private static final int REMEMBERED = 16;

    private record Span(long since, long through) {

        boolean holds(long t) {
            return since <= t && t <= through;
        }
    }

    private final Deque<Span> earlier = new ArrayDeque<>();
    private boolean seen;
    private long since;
    private long through;
    private long touchedAt;

    /** A transaction touches the view; all before it have been told of. */
    void touched(long t) {
        touched(t, t);
    }

    /**
     * Any transaction of some may touch the view; all before them have been told of.
     *
     * @param first the t of the first of them
     * @param last a t that none of them is beyond
     */
    synchronized void touched(long first, long last) {
        // Not up to the last: a rendering may be between them, and then what follows it may have touched the view.
        toldOf(first - 1);
        touchedAt = Math.max(touchedAt, last);
    }

    /** Of each transaction up to {@code t} that touches the view it has been told. */
    synchronized void toldOf(long t) {
        if (seen && touchedAt <= through) {
            through = Math.max(through, t);
        }
    }

    /** The view was rendered from a database value with a basis beyond all that was known of it. */
    synchronized void seenAt(long basis) {
        if (seen) {
            earlier.addFirst(new Span(since, through));
            if (earlier.size() > REMEMBERED) {
                earlier.removeLast();
            }
        }
        seen = true;
        since = basis;
        through = basis;
    }

    /** Whether the newest rendering shows the view at {@code t}. */
    synchronized boolean holds(long t) {
        return seen && new Span(since, through).holds(t);
    }

    /** Whether {@code t} is from before the newest rendering. */
    synchronized boolean isPast(long t) {
        return seen && t < since;
    }

    /** Whether anything is known of the view at {@code t}. */
    synchronized boolean knows(long t) {
        return span(t).isPresent();
    }

    /** The earliest t from which on the view is known to have stayed as it is at {@code t}; that itself where nothing is known. */
    synchronized long startOf(long t) {
        return span(t).map(Span::since).orElse(t);
    }

    private Optional<Span> span(long t) {
        return holds(t)
                ? Optional.of(new Span(since, through))
                : earlier.stream().filter(span -> span.holds(t)).findFirst();
    }
}

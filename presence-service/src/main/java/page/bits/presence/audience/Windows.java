package page.bits.presence.audience;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import page.bits.presence.peer.NamedViewer;

/** Who was shown by name lately: what readers who come back after a moment are told the difference from. */
final class Windows {

    private static final int KEPT = 64;

    private final Deque<Window> windows = new ArrayDeque<>();

    /** Shown from {@code t} on, until the next. */
    private record Window(long t, List<NamedViewer> viewers) {}

    Windows(long t, List<NamedViewer> viewers) {
        windows.add(new Window(t, viewers));
    }

    /** @param t greater than that of the one before */
    void add(long t, List<NamedViewer> viewers) {
        if (!viewers.equals(windows.getLast().viewers())) {
            windows.add(new Window(t, viewers));
            if (windows.size() > KEPT) {
                windows.removeFirst();
            }
        }
    }

    /** Who was shown at {@code t}; none where that is too long ago. */
    Optional<List<NamedViewer>> at(long t) {
        for (Iterator<Window> newestFirst = windows.descendingIterator(); newestFirst.hasNext(); ) {
            Window window = newestFirst.next();
            if (window.t() <= t) {
                return Optional.of(window.viewers());
            }
        }
        return Optional.empty();
    }
}

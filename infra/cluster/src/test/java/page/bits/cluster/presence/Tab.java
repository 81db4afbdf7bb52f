package page.bits.cluster.presence;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import page.bits.cluster.hosted.Event;

/**
 * One tab of a viewer: it tells of each of its connections once that is over. One of a stranger is somebody else each time. On
 * the loop's thread.
 */
final class Tab implements EventSource.Listener {

    private final Viewer viewer;
    private final boolean isStranger;
    private final Consumer<Visit> visits;
    private final EventSource source;
    private String place = "";
    private long asked;
    private OptionalLong began = OptionalLong.empty();
    private boolean isAsking;
    private int times;

    Tab(
            StreamLoop loop,
            Viewer viewer,
            boolean isStranger,
            List<EventSource.Place> places,
            String path,
            String headers,
            long seed,
            Consumer<Visit> visits) {
        this.viewer = viewer;
        this.isStranger = isStranger;
        this.visits = visits;
        this.source = new EventSource(loop, places, path, headers, seed, this);
    }

    Viewer viewer() {
        return viewer;
    }

    EventSource source() {
        return source;
    }

    /** Tells of the connection that lasts, if there is one, as of now. */
    void tellOpen() {
        if (isAsking) {
            tell(Visit.OPEN, false);
        }
    }

    @Override
    public void asked(EventSource.Place where) {
        place = where.name();
        asked = System.currentTimeMillis();
        began = OptionalLong.empty();
        isAsking = true;
        times++;
    }

    @Override
    public void began() {
        began = OptionalLong.of(System.currentTimeMillis());
    }

    @Override
    public void event(Event event) {
        // What is shown to viewers is what is shown to observers.
    }

    @Override
    public void ended(boolean closed) {
        isAsking = false;
        tell(System.currentTimeMillis(), closed);
    }

    private void tell(long ended, boolean closed) {
        Viewer who =
                isStranger ? new Viewer(viewer.room(), "%s, time %d".formatted(viewer.key(), times), false) : viewer;
        visits.accept(new Visit(who, place, asked, began, ended, closed));
    }
}

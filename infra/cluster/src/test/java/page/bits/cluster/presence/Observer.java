package page.bits.cluster.presence;

import java.util.ArrayList;
import java.util.List;
import page.bits.cluster.hosted.Event;

/** Someone who watches a room without being there, and notes all that is shown. On the loop's thread. */
final class Observer implements EventSource.Listener {

    private final String name;
    private final String room;
    private final Replica replica;
    private final EventSource source;
    private final List<Watch> watches = new ArrayList<>();
    private List<Shown> shown = new ArrayList<>();
    private String place = "";
    private long began = -1;
    private boolean saidStale;

    Observer(StreamLoop loop, String name, String room, List<EventSource.Place> places, long seed) {
        this.name = name;
        this.room = room;
        this.replica = new Replica(room);
        this.source = new EventSource(loop, places, "/presence/" + room + "?observe=true", "", seed, this);
    }

    String name() {
        return name;
    }

    String room() {
        return room;
    }

    Replica replica() {
        return replica;
    }

    EventSource source() {
        return source;
    }

    /** Where it is connected to, or was last. */
    String place() {
        return place;
    }

    /** All of its connections so far, also the one that lasts. */
    List<Watch> watches() {
        List<Watch> all = new ArrayList<>(watches);
        if (began >= 0) {
            all.add(new Watch(name, room, place, began, Visit.OPEN, shown));
        }
        return all;
    }

    /** Whether it was told anything as stale since {@link #forgetStale()}. */
    boolean saidStale() {
        return saidStale;
    }

    void forgetStale() {
        saidStale = false;
    }

    @Override
    public void asked(EventSource.Place where) {
        place = where.name();
        replica.connect();
    }

    @Override
    public void began() {
        // It tells nothing before the first event.
    }

    @Override
    public void event(Event event) {
        long now = System.currentTimeMillis();
        replica.take(event);
        saidStale |= replica.isStale();
        if (replica.shown().isPresent() && !event.name().equals("reconnect")) {
            shown.add(new Shown(name, room, replica.confirmed(), replica.shown().get(), now));
        }
        if (began < 0) {
            began = now;
        }
    }

    @Override
    public void ended(boolean closed) {
        if (began >= 0) {
            watches.add(new Watch(name, room, place, began, System.currentTimeMillis(), shown));
        }
        began = -1;
        shown = new ArrayList<>();
    }
}

package page.bits.cluster.presence;

import java.net.URI;
import java.util.List;
import java.util.Random;
import page.bits.cluster.hosted.Event;
import page.bits.cluster.hosted.EventParser;

/**
 * A stream that is asked for again whenever it ends, as a browser and our page do it: after the time that it told, with
 * {@code Last-Event-ID}; after a pause that grows and is random where there was no stream. It goes on to the next of its places
 * each time. All of it happens on the loop's thread.
 */
final class EventSource {

    private static final long FIRST_PAUSE = 250;
    private static final long LONGEST_PAUSE = 4_000;
    private static final int OK = 200;

    /** Where to ask, and what that is called. */
    record Place(String name, URI address) {}

    /** Who it is for; called on the loop's thread. */
    interface Listener {

        void asked(Place place);

        void began();

        void event(Event event);

        /** @param closed whether {@link EventSource#close()} did it; then it is told before */
        void ended(boolean closed);
    }

    private final StreamLoop loop;
    private final String path;
    private final String headers;
    private final Listener listener;
    private final Random random;
    private List<Place> places;
    private int next;
    private long pause = FIRST_PAUSE;
    private EventParser parser;
    private StreamLoop.Stream stream;
    private boolean isOpen;
    private boolean isAsking;
    private boolean closed;
    private int attempt;

    /** @param headers to ask with, each with its end of line */
    EventSource(StreamLoop loop, List<Place> places, String path, String headers, long seed, Listener listener) {
        this.loop = loop;
        this.places = places;
        this.path = path;
        this.headers = headers;
        this.listener = listener;
        this.random = new Random(seed);
        this.parser = new EventParser("", 3_000, listener::event);
    }

    /** Begins to ask. */
    void open() {
        ask(++attempt);
    }

    /** Whether a stream is there. */
    boolean isOpen() {
        return isOpen;
    }

    /** Ends the connection, and asks at other places after a pause. */
    void move(List<Place> others, long millis) {
        leave();
        places = others;
        next = 0;
        askIn(millis);
    }

    /** Ends the connection, and asks where it was after a pause. */
    void moveBack(long millis) {
        leave();
        next = Math.max(0, next - 1);
        askIn(millis);
    }

    /** Ends the connection, and goes on to the next place after a pause. */
    void moveOn(long millis) {
        leave();
        askIn(millis);
    }

    /** Ends for good. */
    void close() {
        leave();
        closed = true;
    }

    private void leave() {
        attempt++;
        if (isAsking) {
            isAsking = false;
            isOpen = false;
            listener.ended(true);
        }
        if (stream != null) {
            stream.close();
        }
    }

    private void askIn(long millis) {
        int own = ++attempt;
        loop.later(millis, () -> ask(own));
    }

    private void ask(int own) {
        if (closed || own != attempt) {
            return;
        }
        Place place = places.get(next % places.size());
        next++;
        String lastId = parser.lastId();
        parser = new EventParser(lastId, parser.retry(), listener::event);
        isAsking = true;
        listener.asked(place);
        stream = loop.open(
                place.address(),
                path,
                lastId.isEmpty() ? headers : headers + "Last-Event-ID: " + lastId + "\r\n",
                new Body(own));
    }

    private final class Body implements StreamLoop.Reader {

        private final int own;

        Body(int own) {
            this.own = own;
        }

        @Override
        public void began(int status) {
            if (own == attempt && status == OK) {
                isOpen = true;
                pause = FIRST_PAUSE;
                listener.began();
            }
        }

        @Override
        public void read(byte[] bytes, int length) {
            if (own == attempt && isOpen) {
                parser.read(bytes, length);
            }
        }

        @Override
        public void ended() {
            if (own != attempt) {
                return;
            }
            long wait = isOpen ? parser.retry() : random.nextLong(pause / 2, pause + 1);
            if (!isOpen) {
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            }
            isOpen = false;
            isAsking = false;
            listener.ended(false);
            askIn(wait);
        }
    }
}

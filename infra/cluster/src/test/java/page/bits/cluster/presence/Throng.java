package page.bits.cluster.presence;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import page.bits.cluster.hosted.Event;

/**
 * Thousands of viewers of one room, who read no more than they must and never come back; and a few observers, who read all. Instants are of {@link System#nanoTime()}.
 */
final class Throng implements AutoCloseable {

    private static final int NAMED_ONE_IN = 10;
    private static final Duration EVENT_PATIENCE = Duration.ofSeconds(10);

    private final String room;
    private final List<URI> nodes;
    private final List<String> tokens;
    private final StreamLoop viewersLoop = new StreamLoop("viewers");
    private final StreamLoop observersLoop = new StreamLoop("observers");
    private final Deque<StreamLoop.Stream> viewers = new ArrayDeque<>(); // of the loop
    private final List<Watcher> watchers = new ArrayList<>();
    private final AtomicInteger entered = new AtomicInteger();
    private volatile long lastAskedAt;
    private int number;

    /**
     * @param nodes where viewers go, in turn
     * @param windows where there is an observer each
     * @param tokens of those who come by name, one in ten as long as there are any
     */
    Throng(String room, List<URI> nodes, List<URI> windows, List<String> tokens) throws IOException {
        this.room = room;
        this.nodes = nodes;
        this.tokens = tokens;
        for (URI window : windows) {
            Watcher watcher = new Watcher(room);
            watchers.add(watcher);
            observersLoop.run(() -> new EventSource(
                            observersLoop,
                            List.of(new EventSource.Place(window.toString(), window)),
                            "/presence/" + room + "?observe=true",
                            "",
                            window.getPort(),
                            watcher)
                    .open());
        }
    }

    /** An observer, who counts what comes. */
    private static final class Watcher implements EventSource.Listener {

        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong events = new AtomicLong();
        private final Replica replica;
        private volatile int count = -1;
        private volatile long changedAt;
        private volatile int lastBytes;

        Watcher(String room) {
            this.replica = new Replica(room);
        }

        @Override
        public void asked(EventSource.Place place) {
            replica.connect();
        }

        @Override
        public void began() {
            // It counts what comes.
        }

        @Override
        public void event(Event event) {
            replica.take(event);
            if (event.t().isPresent()) {
                lastBytes = "event: \nid: \ndata: \n\n".length()
                        + event.name().length()
                        + event.id().length()
                        + event.data().getBytes(StandardCharsets.UTF_8).length;
                bytes.addAndGet(lastBytes);
                events.incrementAndGet();
                changedAt = System.nanoTime();
                count = replica.shown().orElseThrow().count();
            }
        }

        @Override
        public void ended(boolean closed) {
            // It comes back.
        }
    }

    /** A viewer, who is there and no more. */
    private final class Presentee implements StreamLoop.Reader {

        @Override
        public void began(int status) {
            if (status == 200) {
                entered.incrementAndGet();
            }
        }

        @Override
        public void read(byte[] bytes, int length) {
            // It is there to be seen.
        }

        @Override
        public void ended() {
            // Who asks how many have entered finds out.
        }
    }

    int observers() {
        return watchers.size();
    }

    /** Whether all of them show something. */
    boolean areObserversThere() {
        return watchers.stream().allMatch(watcher -> watcher.count >= 0);
    }

    boolean doObserversCount(int wanted) {
        return watchers.stream().allMatch(watcher -> watcher.count == wanted);
    }

    /** When the last of the observers got the newest of its events. */
    long agreedAt() {
        return watchers.stream().mapToLong(watcher -> watcher.changedAt).max().orElseThrow();
    }

    /** Of the events of all observers together, without what HTTP adds. */
    long observedBytes() {
        return watchers.stream().mapToLong(watcher -> watcher.bytes.get()).sum();
    }

    /** Of all observers together. */
    long observedEvents() {
        return watchers.stream().mapToLong(watcher -> watcher.events.get()).sum();
    }

    /** How many streams of viewers have begun, of all that ever were. */
    int entered() {
        return entered.get();
    }

    long lastAskedAt() {
        return lastAskedAt;
    }

    int size() {
        return viewersLoop.call(viewers::size);
    }

    /** Lets more viewers come, evenly over some time; returns when the last has asked. */
    void enter(int count, Duration time) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + time.toNanos() * i / count;
            while (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            enter();
        }
    }

    private void enter() {
        int i = number++;
        String token = i % NAMED_ONE_IN == 0 && i / NAMED_ONE_IN < tokens.size() ? tokens.get(i / NAMED_ONE_IN) : "";
        enter("viewer=" + room + "-" + i, token, nodes.get(i % nodes.size()));
    }

    private void enter(String query, String token, URI node) {
        String headers = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
        viewersLoop.run(() -> {
            lastAskedAt = System.nanoTime();
            viewers.add(viewersLoop.open(node, "/presence/" + room + "?" + query, headers, new Presentee()));
        });
    }

    /** Lets one more come and, once all have seen that, leave; returns the bytes of the event that told of it. */
    int bytesOfOneJoin(String token) {
        int before = watchers.get(0).count;
        enter("viewer=" + room + "-one", token, nodes.get(0));
        awaitCount(before + 1);
        int bytes = watchers.get(0).lastBytes;
        viewersLoop.call(() -> {
            viewers.removeLast().close();
            return null;
        });
        awaitCount(before);
        return bytes;
    }

    private void awaitCount(int count) {
        long deadline = System.nanoTime() + EVENT_PATIENCE.toNanos();
        while (!doObserversCount(count)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the observers don't count " + count);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Lets viewers come, and as many of those leave who were there longest, evenly over some time. */
    void churn(int aSecond, Duration time) {
        long start = System.nanoTime();
        long count = aSecond * time.toSeconds();
        for (int i = 0; i < count; i++) {
            long due = start + time.toNanos() * i / count;
            while (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            enter();
            viewersLoop.run(() -> viewers.removeFirst().close());
        }
    }

    void leaveAll() {
        viewersLoop.call(() -> {
            viewers.forEach(StreamLoop.Stream::close);
            viewers.clear();
            return null;
        });
    }

    @Override
    public void close() throws IOException {
        viewersLoop.close();
        observersLoop.close();
    }
}

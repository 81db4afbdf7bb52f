package page.bits.sse;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A view whose states are the numbers from 0 on, on a channel. A delta's data is {@code <from> <to>}, a snapshot's
 * {@code - <to>}, so that a reader can tell whether what it gets fits what it has.
 */
final class Chain implements FrameSource {

    private static final String NOTHING = "-";

    private final Channel channel = new Channel(this, 0);
    private final AtomicInteger questions = new AtomicInteger();
    private final String padding;
    private volatile long newest;
    private volatile boolean finished;

    Chain() {
        this(0);
    }

    /** @param padding how many characters each event has beyond its two numbers */
    Chain(int padding) {
        this.padding = padding == 0 ? "" : " " + "x".repeat(padding - 1);
    }

    Channel channel() {
        return channel;
    }

    long newest() {
        return newest;
    }

    /** How often the channel has asked for a single reader. */
    int questions() {
        return questions.get();
    }

    /** Goes to the next state and publishes how. */
    void advance() {
        long from = newest;
        newest = from + 1;
        channel.publish(from, delta(from, newest));
    }

    /** Goes to the next state, and ends with it. */
    void finish() {
        long from = newest;
        finished = true;
        newest = from + 1;
        channel.publish(from, gone(from, newest));
    }

    /** Answers off the event loop, as a real one does. */
    @Override
    public CompletionStage<Update> since(OptionalLong from) {
        questions.incrementAndGet();
        return CompletableFuture.supplyAsync(() -> answer(from));
    }

    /** What leads from there to the newest state. */
    Update answer(OptionalLong from) {
        long to = newest;
        if (from.isEmpty()) {
            return snapshot(to);
        }
        if (finished) {
            return gone(from.getAsLong(), to);
        }
        return from.getAsLong() == to ? Update.unchanged(to) : delta(from.getAsLong(), to);
    }

    Update snapshot(long to) {
        return Update.of(to, frame(EventName.SNAPSHOT, NOTHING, to));
    }

    Update delta(long from, long to) {
        return Update.of(to, frame(EventName.DELTA, Long.toString(from), to));
    }

    private Update gone(long from, long to) {
        return Update.last(to, frame(EventName.GONE, Long.toString(from), to));
    }

    private Frame frame(EventName name, String from, long to) {
        return Frame.of(name, new EventId("e", to), from + " " + to + padding);
    }

    /** How many bytes a delta takes at most. */
    int deltaSize() {
        return delta(Integer.MAX_VALUE, Integer.MAX_VALUE).frame().orElseThrow().size();
    }

    /**
     * Where a reader stands after some events; keepalives and a reconnect leave it where it is.
     *
     * @param start where it stood before
     * @throws AssertionError if one of them does not lead on from where the reader was
     */
    static OptionalLong follow(OptionalLong start, List<EventReader.Event> events) {
        OptionalLong version = start;
        for (EventReader.Event event : events) {
            if (event.name().equals("keepalive") || event.name().equals("reconnect")) {
                continue;
            }
            String[] numbers = event.data().split(" ", 3);
            String expected = event.name().equals("snapshot") ? NOTHING : Long.toString(version.orElse(-1));
            if (!numbers[0].equals(expected)) {
                throw new AssertionError("a reader at " + version + " got " + event + " among " + names(events));
            }
            version = OptionalLong.of(Long.parseLong(numbers[1]));
            if (!event.id().equals("e." + version.getAsLong())) {
                throw new AssertionError("the id of " + event);
            }
        }
        return version;
    }

    /** The same of a reader that had nothing before. */
    static long follow(List<EventReader.Event> events) {
        return follow(OptionalLong.empty(), events).orElse(-1);
    }

    private static List<String> names(List<EventReader.Event> events) {
        return events.stream().map(event -> event.name() + " " + event.id()).toList();
    }
}

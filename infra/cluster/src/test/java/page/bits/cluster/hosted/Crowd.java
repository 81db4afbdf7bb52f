package page.bits.cluster.hosted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Thousands of readers of creators' pages, none of which has a thread of its own. They connect again as a {@link StreamReader}
 * does, and check what a {@link Page} does of posts that are published one after another and never change: an event's data
 * is looked at once, whoever gets it.
 */
final class Crowd implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration HEADERS_PATIENCE = Duration.ofSeconds(15);
    private static final long FIRST_PAUSE = 250;
    private static final long LONGEST_PAUSE = 4_000;
    private static final int OK = 200;

    /** An attempt to connect again, by {@link System#nanoTime()}. */
    record Attempt(long at, int status) {}

    /** What an event says: its t, and which posts it brings, by their numbers. */
    private record Told(long t, List<Integer> numbers) {}

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .executor(threads)
            .build();
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private final List<Attempt> attempts = Collections.synchronizedList(new ArrayList<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private final List<Reader> readers = new ArrayList<>();
    private volatile boolean closed;

    /** Adds readers of one page. */
    void join(int count, URI address, Author author) {
        for (int i = 0; i < count; i++) {
            Reader reader = new Reader(URI.create(address + author.stream() + "?format=json"), author);
            readers.add(reader);
            reader.connect(false);
        }
    }

    boolean areAllOpen() {
        return readers.stream().allMatch(Reader::isOpen);
    }

    /** How many have been told to reconnect, all together. */
    long reconnects() {
        return readers.stream().mapToLong(Reader::reconnects).sum();
    }

    /** Whether all readers of a page have shown exactly so many posts, each once. */
    boolean haveAllShown(Author author, int posts) {
        return readers.stream().filter(reader -> reader.author == author).allMatch(reader -> reader.hasShown(posts));
    }

    /** What broke the contract. */
    List<String> violations() {
        synchronized (violations) {
            return List.copyOf(violations);
        }
    }

    /** All attempts to connect again. */
    List<Attempt> attempts() {
        synchronized (attempts) {
            return List.copyOf(attempts);
        }
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        readers.forEach(Reader::leave);
        threads.shutdown();
    }

    private Told told(String data) {
        return told.computeIfAbsent(data, text -> {
            try {
                JsonNode json = JSON.readTree(text);
                List<Integer> numbers = new ArrayList<>();
                json.path("view").path("posts").forEach(post -> numbers.add(number(post)));
                json.path("put").forEach(post -> numbers.add(number(post)));
                return new Told(json.path("t").asLong(-1), numbers);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("not JSON: " + text, e);
            }
        });
    }

    /** As {@link Load} numbers them. */
    private static int number(JsonNode post) {
        String text = post.path("text").asText();
        return Integer.parseInt(text.substring(text.lastIndexOf('#') + 1));
    }

    /** One page that is open somewhere; its events come one at a time. */
    private final class Reader {

        private final URI stream;
        private final Author author;
        private final BitSet shown = new BitSet();
        private EventParser parser = new EventParser("", 3_000, this::take);
        private long pause = FIRST_PAUSE;
        private long t = -1;
        private int reconnects;
        private boolean hasBegun;
        private Body body;

        private Reader(URI stream, Author author) {
            this.stream = stream;
            this.author = author;
        }

        private synchronized void connect(boolean again) {
            String lastId = parser.lastId();
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(stream).timeout(HEADERS_PATIENCE).header("Accept", "text/event-stream");
            if (!lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
            parser = new EventParser(lastId, parser.retry(), this::take);
            hasBegun = false;
            long at = System.nanoTime();
            http.sendAsync(request.build(), this::body).whenComplete((response, failure) -> {
                int status = failure == null ? response.statusCode() : 0;
                if (again) {
                    attempts.add(new Attempt(at, status));
                }
                if (status != OK) {
                    connectAfterPause();
                }
            });
        }

        private BodySubscriber<Void> body(HttpResponse.ResponseInfo head) {
            return head.statusCode() == OK ? new Body(this) : BodySubscribers.replacing(null);
        }

        private synchronized void begins(Body newest) {
            body = newest;
            pause = FIRST_PAUSE;
        }

        private synchronized void read(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                parser.read(bytes, bytes.length);
            }
        }

        private synchronized void ended() {
            body = null;
            connectIn(parser.retry());
        }

        private synchronized void connectAfterPause() {
            connectIn(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1));
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }

        private void connectIn(long millis) {
            if (!closed) {
                timer.schedule(() -> connect(true), millis, TimeUnit.MILLISECONDS);
            }
        }

        private void take(Event event) {
            boolean isFirst = !hasBegun;
            hasBegun = true;
            switch (event.name()) {
                case "snapshot", "delta" -> change(event, told(event.data()), isFirst);
                case "keepalive" -> {
                    if (told(event.data()).t() < t) {
                        breach("keepalive at t %d after t %d"
                                .formatted(told(event.data()).t(), t));
                    }
                }
                case "reconnect" -> reconnects++;
                default -> breach("unexpected event: " + event);
            }
        }

        private void change(Event event, Told change, boolean isFirst) {
            boolean isSnapshot = event.name().equals("snapshot");
            if (isSnapshot != (t < 0) || isSnapshot && !isFirst) {
                breach("a %s at t %d, after t %d".formatted(event.name(), change.t(), t));
            }
            if (change.t() <= t || event.t().orElse(-1) != change.t()) {
                breach("t %d with id %s after t %d".formatted(change.t(), event.id(), t));
            }
            t = change.t();
            int newest = shown.length() - 1;
            for (int number : change.numbers()) {
                if (number <= newest) {
                    breach("post %d at t %d, which has shown post %d".formatted(number, t, newest));
                }
                shown.set(number);
            }
        }

        private void breach(String what) {
            violations.add("a reader of %s got %s".formatted(author.handle(), what));
        }

        private synchronized boolean isOpen() {
            return body != null && hasBegun;
        }

        private synchronized int reconnects() {
            return reconnects;
        }

        /** {@link Load} counts from 1. */
        private synchronized boolean hasShown(int posts) {
            return shown.cardinality() == posts && shown.length() == posts + 1;
        }

        private synchronized void leave() {
            if (body != null) {
                body.subscription.cancel();
            }
        }
    }

    /** The body of one response, as it comes. */
    private static final class Body implements BodySubscriber<Void> {

        private final Reader reader;
        private volatile Flow.Subscription subscription;

        private Body(Reader reader) {
            this.reader = reader;
        }

        /** With the head: a body has no end that anyone waits for. */
        @Override
        public CompletionStage<Void> getBody() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            reader.begins(this);
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            reader.read(buffers);
        }

        /** The connection broke, which is an end like any other. */
        @Override
        public void onError(Throwable failure) {
            reader.ended();
        }

        @Override
        public void onComplete() {
            reader.ended();
        }
    }
}

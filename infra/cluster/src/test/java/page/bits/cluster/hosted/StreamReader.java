package page.bits.cluster.hosted;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A page that keeps a stream open as a browser would: by the rules of EventSource where the connection breaks, with
 * {@code Last-Event-ID} and after the time that the stream told; by a new EventSource, after a pause that grows and is
 * random, where the answer is another than 200. It goes on to the next of its addresses whenever it connects again.
 */
final class StreamReader implements AutoCloseable {

    /** Shared, so that many readers are no more than a thread each. */
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static final Duration HEADERS_PATIENCE = Duration.ofSeconds(15);
    private static final long FIRST_PAUSE = 250;
    private static final long LONGEST_PAUSE = 4_000;

    /**
     * A connection and how it began.
     *
     * @param asked what it resumed from; empty if from nothing
     * @param status 0 if there was no answer
     * @param beganWith the name of the first event, and null before it
     * @param beganAt {@link System#nanoTime()} of the first event
     * @param t of the first event; that of the page where it has none
     */
    record Connection(String asked, int status, String beganWith, long beganAt, long t) {}

    private final List<URI> addresses;
    private final String path;
    private final Page page;
    private final Consumer<Event> onEvent;
    private final List<Connection> connections = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile InputStream body;
    private int next;
    private String lastId = "";
    private long retry = 3_000;
    private long lastByteAt;

    private StreamReader(List<URI> addresses, String path, String from, Page page, Consumer<Event> onEvent) {
        this.addresses = addresses;
        this.path = path;
        this.page = page;
        this.onEvent = onEvent;
        this.lastId = from;
        this.thread = new Thread(this::run, "stream-reader");
        thread.setDaemon(true);
        thread.start();
    }

    static StreamReader open(List<URI> addresses, String path) {
        return open(addresses, path, event -> {});
    }

    /** @param onEvent told each event, on the reader's thread, after the page has taken it */
    static StreamReader open(List<URI> addresses, String path, Consumer<Event> onEvent) {
        return new StreamReader(addresses, path, "", new Page(), onEvent);
    }

    /** Goes on from a page that was rendered: with {@code from} in the address at first, as our pages do. */
    static StreamReader from(String eventId, List<URI> addresses, String path) {
        Page page = new Page();
        page.startAt(eventId);
        return new StreamReader(addresses, path + "&from=" + eventId, "", page, event -> {});
    }

    Page page() {
        return page;
    }

    synchronized List<Connection> connections() {
        return List.copyOf(connections);
    }

    /** Those that were answered with 200 and sent an event. */
    List<Connection> begun() {
        return connections().stream()
                .filter(connection -> connection.beganWith() != null)
                .toList();
    }

    /** How often it came back. */
    int reconnects() {
        return Math.max(0, begun().size() - 1);
    }

    boolean isOpen() {
        return body != null;
    }

    /** When something last came, by {@link System#nanoTime()}. */
    synchronized long lastByteAt() {
        return lastByteAt;
    }

    @Override
    public void close() {
        closed = true;
        InputStream open = body;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It is to end, in whatever way.
            }
        }
        thread.interrupt();
    }

    private void run() {
        long pause = FIRST_PAUSE;
        while (!closed) {
            boolean wasOpen = connect();
            if (wasOpen) {
                pause = FIRST_PAUSE;
            }
            long wait = wasOpen ? retry : ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
            next++;
            try {
                TimeUnit.MILLISECONDS.sleep(closed ? 0 : wait);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** @return whether there was a stream, which has ended */
    private boolean connect() {
        String asked = lastId;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(addresses.get(next % addresses.size()) + path))
                .timeout(HEADERS_PATIENCE)
                .header("Accept", "text/event-stream");
        if (!asked.isEmpty()) {
            request.header("Last-Event-ID", asked);
        }
        int status = 0;
        try {
            HttpResponse<InputStream> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            status = response.statusCode();
            if (status == 200) {
                read(response.body(), asked);
                return true;
            }
            response.body().close();
        } catch (IOException e) {
            // No answer.
        } catch (InterruptedException e) {
            closed = true;
        }
        note(new Connection(asked, status, null, System.nanoTime(), page.t()));
        return false;
    }

    private void read(InputStream stream, String asked) {
        body = stream;
        boolean[] first = {true};
        EventParser parser = new EventParser(lastId, retry, event -> {
            page.take(event);
            if (first[0]) {
                first[0] = false;
                note(new Connection(
                        asked, 200, event.name(), System.nanoTime(), event.t().orElse(page.t())));
            }
            onEvent.accept(event);
        });
        byte[] buffer = new byte[16 * 1024];
        try (stream) {
            for (int n = stream.read(buffer); n >= 0 && !closed; n = stream.read(buffer)) {
                parser.read(buffer, n);
                lastId = parser.lastId();
                retry = parser.retry();
                touch();
            }
        } catch (IOException e) {
            // The connection broke, which is an end like any other.
        } finally {
            body = null;
        }
    }

    private synchronized void touch() {
        lastByteAt = System.nanoTime();
    }

    private synchronized void note(Connection connection) {
        connections.add(connection);
    }
}

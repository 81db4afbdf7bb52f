package page.bits.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One stream of Server-Sent Events, read by a thread of its own until the server ends it. */
final class EventStream {
    /** An event, and when its last byte had been read (of {@link System#nanoTime()}). */
    record Event(String name, String data, long arrivedAt) {}

    private volatile boolean ended;

    private EventStream() {}

    /**
     * Opens the stream.
     *
     * @param onEvent called by the reading thread, so what it does delays the next event
     * @throws IOException when there is no such stream
     */
    static EventStream open(HttpClient http, URI uri, Consumer<Event> onEvent)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<Stream<String>> response = http.send(request, HttpResponse.BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            response.body().close();
            throw new IOException("no stream at %s: status %d".formatted(uri, response.statusCode()));
        }
        EventStream stream = new EventStream();
        Thread reader = new Thread(() -> stream.read(response.body().iterator(), onEvent), "event-stream");
        reader.setDaemon(true);
        reader.start();
        return stream;
    }

    /** Whether the server has ended the stream. */
    boolean hasEnded() {
        return ended;
    }

    private void read(Iterator<String> lines, Consumer<Event> onEvent) {
        String name = "message";
        StringBuilder data = new StringBuilder();
        try {
            while (lines.hasNext()) {
                String line = lines.next();
                if (line.isEmpty()) {
                    if (!data.isEmpty()) {
                        onEvent.accept(new Event(name, data.toString(), System.nanoTime()));
                    }
                    name = "message";
                    data.setLength(0);
                } else if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    data.append(line, "data: ".length(), line.length()).append('\n');
                }
            }
        } catch (UncheckedIOException e) {
            // The connection broke, which is an end like any other.
        } finally {
            ended = true;
        }
    }
}

package page.bits.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Bits with its demo, at one address, whatever there is behind it. */
abstract class Site implements AutoCloseable {

    static final Duration START = Duration.ofSeconds(120);

    private final HttpClient http = HttpClient.newHttpClient();

    abstract String address();

    /** How many streams of views are open, by the metrics of all that have some. */
    abstract int openStreams();

    /** How many streams of presence are open, by the metrics of all that have some. */
    abstract int openPresences();

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(address() + path)).build());
    }

    /** A POST of JSON, as a program sends it. */
    HttpResponse<String> post(String path, String token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request.build());
    }

    /** Publishes as alice. */
    void publish(String textAsJson) {
        act("publish-post", "{\"creator\":\"alice\",\"text\":" + textAsJson + "}");
    }

    /** What alice does, with a token like that of {@code ./bits token alice}; the reply. */
    String act(String action, String body) {
        String token =
                post("/auth/demo", "", "{\"handle\":\"alice\"}").body().replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
        HttpResponse<String> done = post("/actions/" + action, token, body);
        if (done.statusCode() != 200) {
            throw new IllegalStateException(done.statusCode() + " " + done.body());
        }
        return done.body();
    }

    /** The id of a new post of alice's. */
    String newPost(String text) {
        return act("publish-post", "{\"creator\":\"alice\",\"text\":\"" + text + "\"}")
                .replaceAll(".*\"postId\":\"([^\"]+)\".*", "$1");
    }

    /** How many streams are open, of {@code views} or of {@code presence}, by the metrics that are at this address. */
    int openStreams(String address, String of) {
        return send(HttpRequest.newBuilder(URI.create(address + "/q/metrics")).build())
                .body()
                .lines()
                .filter(line -> line.startsWith("bits_sse_streams{") && line.contains("streams=\"" + of + "\""))
                .map(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public abstract void close();
}

package page.bits.cluster.hosted;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A guest who owns a page of their own and posts to it. Any thread. */
final class Author {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /**
     * What came of a request.
     *
     * @param status 0 if there was no answer
     * @param body the whole answer; where there was none, why
     * @param askedAt {@link System#nanoTime()}
     * @param retryAfter empty where there is no such header
     */
    record Answer(int status, String body, boolean replayed, String retryAfter, long askedAt, long answeredAt) {

        long t() {
            return json().path("t").asLong(-1);
        }

        String postId() {
            return json().path("result").path("postId").asText();
        }

        private JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException("not JSON: " + this, e);
            }
        }
    }

    private final List<URI> addresses;
    private final String handle;
    private final AtomicInteger address = new AtomicInteger();
    private String token;

    private Author(List<URI> addresses, String handle) {
        this.addresses = addresses;
        this.handle = handle;
    }

    /** Whose page there is already; posts nothing. */
    static Author known(List<URI> addresses, String handle) {
        return new Author(addresses, handle);
    }

    /** Becomes a guest and makes the page. */
    static Author of(List<URI> addresses, String handle) throws IOException {
        Author author = new Author(addresses, handle);
        Answer guest = author.post("/auth/guest", "{\"name\":\"%s\"}".formatted(handle), "");
        author.token = guest.json().path("token").asText();
        Answer registered = author.post(
                "/actions/register-creator",
                "{\"handle\":\"%s\",\"displayName\":\"%s\"}".formatted(handle, handle),
                "register-" + handle);
        if (guest.status() != 200 || registered.status() != 200) {
            throw new IOException("no page for %s: %s, %s".formatted(handle, guest, registered));
        }
        return author;
    }

    String handle() {
        return handle;
    }

    String token() {
        return token;
    }

    String stream() {
        return "/views/posts/" + handle;
    }

    Answer publish(String text, String key) {
        return publishAsync(text, key).join();
    }

    /** Never fails. */
    CompletableFuture<Answer> publishAsync(String text, String key) {
        return postAsync("/actions/publish-post", "{\"creator\":\"%s\",\"text\":\"%s\"}".formatted(handle, text), key);
    }

    private Answer post(String path, String body, String key) {
        return postAsync(path, body, key).join();
    }

    private CompletableFuture<Answer> postAsync(String path, String body, String key) {
        int which = address.get();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        addresses.get(which % addresses.size()).resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        long askedAt = System.nanoTime();
        return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> {
                    if (failure != null) {
                        // The next one is asked at another address, if there is one.
                        address.compareAndSet(which, which + 1);
                        return new Answer(0, failure.toString(), false, "", askedAt, System.nanoTime());
                    }
                    return new Answer(
                            response.statusCode(),
                            response.body(),
                            response.headers()
                                    .firstValue("Idempotent-Replayed")
                                    .orElse("")
                                    .equals("true"),
                            response.headers().firstValue("Retry-After").orElse(""),
                            askedAt,
                            System.nanoTime());
                });
    }
}

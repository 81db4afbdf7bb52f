package page.bits.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publishes posts at a fixed rate, whether earlier ones were answered or not. A server that stalls is so charged for all who
 * had to wait (no coordinated omission).
 */
final class Changes {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern T = Pattern.compile("\"t\"\\s*:\\s*(\\d+)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI action;
    private final String creator;
    private final String token;

    /**
     * A post that is published.
     *
     * @param t of the reply
     * @param dueAt when it was to be sent (of {@code nanoTime})
     */
    record Change(long t, long dueAt) {}

    Changes(URI action, String creator, String token) {
        this.action = action;
        this.creator = creator;
        this.token = token;
    }

    /**
     * Publishes some, and waits for their replies.
     *
     * @return in the order of t
     * @throws IOException where one was refused or not answered in time
     */
    List<Change> publish(int number, int rate) throws IOException {
        List<CompletableFuture<Change>> replies = new ArrayList<>(number);
        long start = System.nanoTime();
        for (int i = 0; i < number; i++) {
            long dueAt = start + TimeUnit.SECONDS.toNanos(i) / rate;
            for (long wait = dueAt - System.nanoTime(); wait > 0; wait = dueAt - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            String body = "{\"creator\":\"%s\",\"text\":\"Post %d\"}".formatted(creator, i);
            HttpRequest post = HttpRequest.newBuilder(action)
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + token)
                    .POST(BodyPublishers.ofString(body))
                    .build();
            replies.add(http.sendAsync(post, BodyHandlers.ofString())
                    .thenApply(response -> new Change(t(response), dueAt)));
        }
        try {
            return replies.stream()
                    .map(CompletableFuture::join)
                    .sorted(Comparator.comparingLong(Change::t))
                    .toList();
        } catch (CompletionException e) {
            throw new IOException("a post was not published: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private static long t(HttpResponse<String> response) {
        Matcher t = T.matcher(response.body());
        if (response.statusCode() != 200 || !t.find()) {
            throw new IllegalStateException("status %d %s".formatted(response.statusCode(), response.body()));
        }
        return Long.parseLong(t.group(1));
    }
}

package page.bits.bench;

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
    record Change(long t, long dueAt) {

        private static final long REFUSED = -1;
    }

    Changes(URI action, String creator, String token) {
        this.action = action;
        this.creator = creator;
        this.token = token;
    }

    /**
     * What became of posts.
     *
     * @param accepted in the order of t
     * @param refused how many were not, or were not answered in time
     */
    record Published(List<Change> accepted, long refused) {}

    /** Publishes some, and waits for their replies. */
    Published publish(int number, int rate) {
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
                    .handle((response, failure) -> new Change(failure == null ? t(response) : Change.REFUSED, dueAt)));
        }
        List<Change> changes = replies.stream()
                .map(CompletableFuture::join)
                .filter(change -> change.t() != Change.REFUSED)
                .sorted(Comparator.comparingLong(Change::t))
                .toList();
        return new Published(changes, number - changes.size());
    }

    private static long t(HttpResponse<String> response) {
        Matcher t = T.matcher(response.body());
        return response.statusCode() == 200 && t.find() ? Long.parseLong(t.group(1)) : Change.REFUSED;
    }
}

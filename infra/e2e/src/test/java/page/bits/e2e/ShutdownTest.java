package page.bits.e2e;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What is told to those who listen when the application is asked to end. */
class ShutdownTest {

    @Test
    void aStreamEndsWithAnInvitationToComeBack() {
        List<String> lines = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended;
        try (Application application = Application.start()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(application.address() + "/views/posts/alice"))
                    .header("Accept", "text/event-stream")
                    .build();
            ended = HttpClient.newHttpClient()
                    .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                    .thenAccept(response -> response.body().forEach(lines::add));
            await().atMost(Duration.ofSeconds(20)).until(() -> lines.contains("event: snapshot"));
        }
        // Completes only if the body came to its end, and was not cut.
        ended.join();
        String farewell = String.join("\n", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
        assertTrue(farewell.matches("event: reconnect\\nretry: (\\d+)\\ndata: \\{\"retry\":\\1}\\n?"), farewell);
    }
}

package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Crowd} must notice: a server that breaks the contract is told in full of what it did. */
class CrowdTest {

    private static final String SNAPSHOT = """
            event: snapshot
            id: e.5
            data: {"t":5,"view":{"posts":[{"text":"a#2"},{"text":"a#1"}]}}

            """;
    private static final String RECONNECT = """
            event: reconnect
            retry: 10
            data: {"retry":10}

            """;

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String answer = answers.poll();
            if (answer == null) {
                exchange.sendResponseHeaders(503, -1);
                exchange.close();
                return;
            }
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")));
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(answer.getBytes(StandardCharsets.UTF_8));
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static String delta(long t, int number) {
        return "event: delta\nid: e.%d\ndata: {\"t\":%d,\"put\":[{\"text\":\"a#%d\"}]}\n\n".formatted(t, t, number);
    }

    /** What is found in streams that one reader gets one after another. */
    private List<String> violations(int posts, String... streams) {
        answers.addAll(List.of(streams));
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        Author author = Author.known(List.of(address), "alice");
        try (Crowd crowd = new Crowd()) {
            crowd.join(1, address, author);
            await().until(() -> answers.isEmpty() && !crowd.areAllOpen());
            await().until(() ->
                    crowd.haveAllShown(author, posts) || !crowd.violations().isEmpty());
            return crowd.violations();
        }
    }

    private void assertNoticed(String what, String... streams) {
        List<String> violations = violations(3, streams);
        assertTrue(violations.stream().anyMatch(violation -> violation.contains(what)), violations::toString);
    }

    @Test
    void aReaderThatResumesAndGetsEachPostOnceHasNothingToTell() {
        assertEquals(List.of(), violations(3, SNAPSHOT + RECONNECT, delta(7, 3) + RECONNECT));
        assertEquals(List.of("null", "e.5"), List.copyOf(asked));
    }

    @Test
    void aPostThatComesTwiceIsNoticed() {
        assertNoticed("post 2 at t 7", SNAPSHOT + RECONNECT, delta(7, 2));
    }

    @Test
    void anOlderStateIsNoticed() {
        assertNoticed("t 4 with id e.4 after t 5", SNAPSHOT + RECONNECT, delta(4, 3));
    }

    @Test
    void aSnapshotInsteadOfADeltaIsNoticed() {
        assertNoticed("a snapshot at t 5, after t 5", SNAPSHOT + RECONNECT, SNAPSHOT);
    }

    @Test
    void aKeepaliveThatGoesBackIsNoticed() {
        assertNoticed("keepalive at t 4 after t 5", SNAPSHOT + "event: keepalive\ndata: {\"t\":4}\n\n");
    }

    @Test
    void aPostThatIsLostIsNoticed() {
        answers.add(SNAPSHOT + delta(7, 4));
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        Author author = Author.known(List.of(address), "alice");
        try (Crowd crowd = new Crowd()) {
            crowd.join(1, address, author);
            await().until(() -> asked.size() == 1 && crowd.attempts().size() > 0);
            assertTrue(!crowd.haveAllShown(author, 3) && !crowd.haveAllShown(author, 4));
        }
    }
}

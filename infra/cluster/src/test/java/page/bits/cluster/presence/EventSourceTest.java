package page.bits.cluster.presence;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.cluster.hosted.Event;

/** What viewers and observers are made of does as a browser does. */
class EventSourceTest {

    private static final String EVENT = "retry: 10\nevent: delta\nid: e.5\ndata: {}\n\n";

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private StreamLoop loop;
    private volatile int refusals;
    private volatile int endings;

    /** Each answer is a byte at a time; after some that end or are refused, one stays open. */
    @BeforeEach
    void start() throws IOException {
        loop = new StreamLoop("test");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestHeaders().getOrDefault("Last-Event-ID", List.of("none"))
                    + exchange.getRequestURI().toString());
            if (refusals-- > 0) {
                exchange.sendResponseHeaders(503, -1);
                exchange.close();
                return;
            }
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                for (byte b : EVENT.getBytes(StandardCharsets.UTF_8)) {
                    body.write(b);
                    body.flush();
                }
                if (endings-- <= 0) {
                    over.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        loop.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private EventSource open() {
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        EventSource source = new EventSource(
                loop, List.of(new EventSource.Place("here", address)), "/x?y", "", 1, new EventSource.Listener() {
                    @Override
                    public void asked(EventSource.Place place) {
                        told.add("asked " + place.name());
                    }

                    @Override
                    public void began() {
                        told.add("began");
                    }

                    @Override
                    public void event(Event event) {
                        told.add(event.name() + " " + event.id());
                    }

                    @Override
                    public void ended(boolean closed) {
                        told.add(closed ? "closed" : "ended");
                    }
                });
        loop.run(source::open);
        return source;
    }

    private void awaitTold(String... wanted) {
        await().untilAsserted(() -> assertEquals(List.of(wanted), List.copyOf(told)));
    }

    @Test
    void itGoesOnFromWhereAStreamHasEnded() {
        endings = 1;
        open();
        awaitTold("asked here", "began", "delta e.5", "ended", "asked here", "began", "delta e.5");
        assertEquals(List.of("[none]/x?y", "[e.5]/x?y"), List.copyOf(asked));
    }

    @Test
    void itComesBackWhereItIsRefused() {
        refusals = 1;
        open();
        awaitTold("asked here", "ended", "asked here", "began", "delta e.5");
    }

    @Test
    void itComesBackWhereItMovesTo() {
        EventSource source = open();
        awaitTold("asked here", "began", "delta e.5");
        loop.run(() -> source.moveOn(10));
        awaitTold("asked here", "began", "delta e.5", "closed", "asked here", "began", "delta e.5");
        assertTrue(loop.call(source::isOpen));
    }

    @Test
    void nothingFollowsItsEnd() {
        EventSource source = open();
        awaitTold("asked here", "began", "delta e.5");
        loop.run(source::close);
        awaitTold("asked here", "began", "delta e.5", "closed");
        server.stop(0);
        over.countDown();
        assertTrue(!loop.call(source::isOpen));
        awaitTold("asked here", "began", "delta e.5", "closed");
    }
}

package page.bits.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client may not do, and what it is told. */
@Tag(Installation.SOCKETS)
class LimitsTest {

    private static final Vertx VERTX = Installation.vertx();
    private static Service node;
    private static Installation strict;

    @BeforeAll
    static void start() throws IOException {
        node = new Service(VERTX, "node");
        strict = new Installation(
                VERTX,
                List.of(),
                "actions=" + node.address(),
                "views=" + node.address(),
                "max-body-size=1000",
                "max-header-size=2000",
                "max-request-line=500",
                "header-timeout=PT0.5S",
                "body-timeout=PT0.5S",
                "keep-alive=PT0.7S",
                "max-connections-per-address=3");
    }

    @AfterAll
    static void stop() {
        strict.stop();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aBodyTooLargeIsRefusedByItsLength() throws IOException {
        try (Wire client = wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
            assertRefused(client, 413, "too-large");
        }
    }

    @Test
    void aBodyTooLargeIsRefusedWhereItHasGrownSo() throws IOException {
        try (Wire client = wire()) {
            client.send("POST /actions/large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "1f4\r\n" + "x".repeat(500) + "\r\n";
            client.send(chunk + chunk + chunk);
            assertRefused(client, 413, "too-large");
        }
        assertTrue(node.got.stream().noneMatch(got -> got.uri().equals("/actions/large")));
    }

    @Test
    void aBodyAsLargeAsItMayBePasses() throws IOException {
        try (Wire client = wire()) {
            assertEquals(
                    200,
                    client.request("POST", "/actions/x", "x".repeat(1000))
                            .answer()
                            .status());
        }
    }

    @Test
    void aHeadThatDoesNotComeIsNotAwaitedForLong() throws IOException {
        try (Wire client = wire()) {
            assertRefused(client, 408, "request-timeout");
        }
    }

    @Test
    void aHeadThatComesBitByBitIsNotAwaitedForLongEither() throws IOException {
        try (Wire client = wire()) {
            Thread trickle = new Thread(() -> trickle(client, "GET / HTTP/1.1\r\nX: " + "x".repeat(1000)));
            trickle.start();
            assertRefused(client, 408, "request-timeout");
            trickle.interrupt();
        }
    }

    @Test
    void aBodyThatComesBitByBitIsNotAwaitedForLong() throws IOException {
        try (Wire client = wire()) {
            client.send("POST /actions/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n");
            Thread trickle = new Thread(() -> trickle(client, "x".repeat(900)));
            trickle.start();
            assertRefused(client, 408, "request-timeout");
            trickle.interrupt();
        }
        assertTrue(node.got.stream().noneMatch(got -> got.uri().equals("/actions/slow")));
    }

    private static void trickle(Wire client, String text) {
        try {
            for (int i = 0; i < text.length(); i++) {
                client.send(text.substring(i, i + 1));
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            // the connection was closed, or the test has seen enough
        }
    }

    @Test
    void aConnectionIsNotKeptForNothing() throws IOException {
        try (Wire client = wire()) {
            assertEquals(200, client.get("/").answer().status());
            assertTrue(client.ends());
        }
    }

    @Test
    void anAnswerBeforeTheBodyDoesNotStopTheClock() throws IOException {
        try (Wire client = wire()) {
            client.send("POST /q/x HTTP/1.0\r\nContent-Length: 900\r\n\r\nabc");
            assertEquals(400, client.answer().status());
            assertTrue(client.ends());
        }
    }

    @Test
    void aHeadOrALineTooLongIsRefused() throws IOException {
        try (Wire client = wire()) {
            assertRefused(client.get("/" + "x".repeat(600)), 414, "uri-too-long");
        }
        try (Wire client = wire()) {
            assertRefused(client.get("/", "X: " + "x".repeat(3000)), 431, "header-too-large");
        }
    }

    @Test
    void whatIsNoHttpIsRefused() throws IOException {
        for (String garbage : List.of(
                "\u0016\u0003\u0001\u0002\u0000\u0001hello\r\n\r\n",
                "GET / a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHo\u0000st: a\r\n\r\n")) {
            try (Wire client = wire()) {
                assertRefused(client.send(garbage), 400, "bad-request");
            }
        }
    }

    @Test
    void anotherVersionOfHttpIsRefused() throws IOException {
        try (Wire client = wire()) {
            assertRefused(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, "http-version");
        }
    }

    @Test
    void requestsWithoutEndThatWaitForNoAnswerEndTheConnection() throws IOException {
        node.answer = request -> {
            if (!request.path().equals("/hold")) {
                request.response().end("node");
            }
        };
        try (Wire client = wire()) {
            client.get("/hold");
            for (int i = 0; i < 30; i++) {
                client.get("/");
            }
            assertTrue(client.ends());
        }
    }

    @Test
    void anAddressHasOnlySoManyConnections() throws IOException {
        List<Wire> clients = List.of(wire(), strict.wire(), strict.wire());
        for (Wire client : clients) {
            assertEquals(200, client.get("/").answer().status());
        }
        try (Wire client = strict.wire()) {
            Wire.Answer answer = client.get("/").answer();
            assertEquals(429, answer.status());
            assertEquals("1", answer.headers().get("Retry-After"));
            assertTrue(client.ends());
        }
        for (Wire client : clients) {
            client.close();
        }
        try (Wire client = wire()) {
            assertEquals(200, client.get("/").answer().status());
        }
    }

    @Test
    void theGatewayHasOnlySoManyConnections() throws IOException {
        Installation small = new Installation(
                VERTX, List.of(), "actions=" + node.address(), "views=" + node.address(), "max-connections=1");
        try (Wire first = small.wire()) {
            assertEquals(200, first.get("/").answer().status());
            try (Wire second = small.wire()) {
                Wire.Answer answer = second.get("/").answer();
                assertEquals(503, answer.status());
                assertEquals("1", answer.headers().get("Retry-After"));
                assertTrue(second.ends());
            }
        } finally {
            small.stop();
        }
    }

    /** Those of the tests before may not all be gone: the gateway learns of it a moment after they have closed. */
    private static Wire wire() throws IOException {
        await().until(() -> strict.connections() == 0);
        return strict.wire();
    }

    private static void assertRefused(Wire client, int status, String problem) throws IOException {
        Wire.Answer answer = client.answer();
        assertEquals(status, answer.status());
        assertEquals("application/problem+json", answer.headers().get("Content-Type"));
        assertEquals("close", answer.headers().get("Connection"));
        assertTrue(answer.body().contains("https://bits.page/problems/" + problem), answer.body());
        assertTrue(client.ends());
    }
}

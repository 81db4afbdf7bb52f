package page.bits.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What goes through: to which tier, with which headers, and framed how. */
@Tag(Installation.SOCKETS)
class PassingTest {

    private static final Vertx VERTX = Installation.vertx();
    private static Service actions;
    private static Service views;
    private static Service presence;
    private static Installation open;
    private static Installation behindProxy;

    @BeforeAll
    static void start() throws IOException {
        actions = new Service(VERTX, "actions");
        views = new Service(VERTX, "views");
        presence = new Service(VERTX, "presence");
        open = new Installation(
                VERTX,
                List.of(),
                "actions=" + actions.address(),
                "views=" + views.address(),
                "presence=" + presence.address());
        behindProxy = new Installation(
                VERTX, List.of("127.0.0.0/8"), "actions=" + actions.address(), "views=" + views.address());
    }

    @AfterAll
    static void stop() {
        open.stop();
        behindProxy.stop();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void forget() {
        actions.got.clear();
        views.got.clear();
        views.answer = request -> request.response().end("views");
        actions.answer = request -> request.response().end("actions");
    }

    @Test
    void eachPathIsAnsweredByItsTier() throws IOException {
        try (Wire client = open.wire()) {
            assertEquals("actions", client.get("/auth/guest").answer().body());
            assertEquals("views", client.get("/@alice?a=b%20c").answer().body());
            assertEquals("presence", client.get("/presence/alice").answer().body());
            assertEquals("/@alice?a=b%20c", views.got.get(0).uri());
        }
    }

    @Test
    void whatIsInternalIsNotThere() throws IOException {
        for (String path : List.of("/actions/presence", "/actions/pr%65sence", "/actions;a/presence;b")) {
            try (Wire client = open.wire()) {
                assertEquals(404, client.get(path).answer().status());
                assertTrue(client.ends());
            }
        }
        try (Wire client = behindProxy.wire()) {
            assertEquals(404, client.get("/presence/alice").answer().status());
        }
        assertTrue(actions.got.isEmpty());
    }

    @Test
    void aTargetThatIsNoPlainPathIsRefused() throws IOException {
        for (String target : List.of("//actions/x", "http://bits.test/", "*", "/a/../b", "/views/x#y")) {
            try (Wire client = open.wire()) {
                Wire.Answer answer = client.get(target).answer();
                assertEquals(400, answer.status(), target);
                assertTrue(answer.body().contains("problems/bad-request"), answer.body());
            }
        }
    }

    @Test
    void aHostThatIsNoneIsRefused() throws IOException {
        for (String host : List.of(
                "",
                "Host: a\";proto=https\r\n",
                "Host: a\r\nHost: b\r\n",
                "Host: a:99999\r\n",
                "Host: a b\r\n",
                "Host:\r\n")) {
            try (Wire client = open.wire()) {
                assertEquals(
                        400,
                        client.send("GET / HTTP/1.1\r\n" + host + "\r\n")
                                .answer()
                                .status(),
                        host);
            }
        }
        assertTrue(views.got.isEmpty());
    }

    @Test
    void everyRequestHasAnId() throws IOException {
        try (Wire client = open.wire()) {
            String made = client.get("/").answer().headers().get("X-Request-Id");
            assertEquals(made, views.got.get(0).headers().get("X-Request-Id"));
            assertEquals(
                    "a.b-1",
                    client.get("/", "X-Request-Id: a.b-1").answer().headers().get("X-Request-Id"));
            assertEquals("a.b-1", views.got.get(1).headers().get("X-Request-Id"));
            assertNotEquals(
                    "a b",
                    client.get("/", "X-Request-Id: a b").answer().headers().get("X-Request-Id"));
            assertNotEquals("a b", views.got.get(2).headers().get("X-Request-Id"));
        }
    }

    @Test
    void whatAClientSaysOfItselfIsOverwritten() throws IOException {
        try (Wire client = open.wire()) {
            client.get(
                            "/",
                            "Forwarded: for=9.9.9.9;proto=https",
                            "X-Forwarded-For: 9.9.9.9",
                            "X-Forwarded-Proto: https",
                            "X-Forwarded-Host: evil",
                            "X-Real-IP: 9.9.9.9")
                    .answer();
        }
        MultiMap headers = views.got.get(0).headers();
        assertEquals(List.of("for=127.0.0.1;host=\"bits.test\";proto=http"), headers.getAll("Forwarded"));
        Client.HEADERS.stream()
                .filter(name -> name.startsWith("X-"))
                .forEach(name -> assertNull(headers.get(name), name));
        assertEquals("1.1 unnamed", headers.get("Via"), "that it came by a proxy");
        assertEquals("bits.test", headers.get("Host"));
    }

    @Test
    void aTrustedProxysOwnWordIsTakenAndNoOther() throws IOException {
        assertForwarded(
                "for=203.0.113.7;host=\"bits.test\";proto=https",
                "Forwarded: for=9.9.9.9, for=203.0.113.7;proto=https");
        assertForwarded("for=\"[2001:db8::1]\";host=\"bits.test\";proto=http", "Forwarded: For=\"[2001:db8::1]:1234\"");
        assertForwarded(
                "for=203.0.113.7;host=\"bits.test\";proto=https",
                "X-Forwarded-For: 9.9.9.9, 203.0.113.7",
                "X-Forwarded-Proto: https");
        assertForwarded("for=unknown;host=\"bits.test\";proto=http", "Forwarded: for=_hidden;proto=gopher");
        assertForwarded(
                "for=unknown;host=\"bits.test\";proto=http",
                "Forwarded: for=127.0.0.1",
                "X-Forwarded-For: 203.0.113.7");
        assertForwarded(
                "for=unknown;host=\"bits.test\";proto=http", "Forwarded: for=203.0.113.7;host=\"x,for=127.0.0.1;a=\"");
        assertForwarded("for=127.0.0.1;host=\"bits.test\";proto=http");
    }

    private static void assertForwarded(String expected, String... told) throws IOException {
        views.got.clear();
        try (Wire client = behindProxy.wire()) {
            client.get("/", told).answer();
        }
        assertEquals(expected, views.got.get(0).headers().get("Forwarded"));
    }

    @Test
    void whatConcernsOneConnectionDoesNotPass() throws IOException {
        views.answer = request -> request.response()
                .putHeader("Connection", "X-Hop-Back")
                .putHeader("X-Hop-Back", "1")
                .putHeader("Keep-Alive", "timeout=5")
                .putHeader("X-Stays", "1")
                .end("x");
        try (Wire client = open.wire()) {
            Wire.Answer answer = client.get(
                            "/",
                            "Connection: X-Hop, keep-alive",
                            "X-Hop: 1",
                            "TE: trailers",
                            "Upgrade: x",
                            "X-Stays: 1")
                    .answer();
            assertEquals("1", answer.headers().get("X-Stays"));
            List.of("X-Hop-Back", "Keep-Alive", "Connection")
                    .forEach(name -> assertNull(answer.headers().get(name), name));
        }
        MultiMap headers = views.got.get(0).headers();
        assertEquals("1", headers.get("X-Stays"));
        List.of("X-Hop", "TE", "Upgrade", "Connection").forEach(name -> assertNull(headers.get(name), name));
    }

    @Test
    void answersWithoutABodyLeaveTheConnectionUsable() throws IOException {
        views.answer = PassingTest::withoutBody;
        try (Wire client = open.wire()) {
            for (String path : List.of("/204", "/304", "/304/length", "/304/chunked")) {
                Wire.Answer answer = client.get(path).head();
                assertEquals(path.substring(1, 4), Integer.toString(answer.status()));
                assertFalse(answer.headers().containsKey("Transfer-Encoding"), path);
            }
            for (String path : List.of("/length", "/chunked", "/empty")) {
                assertEquals(200, client.request("HEAD", path, "").head().status());
            }
            assertEquals(
                    "5", client.request("HEAD", "/length", "").head().headers().get("Content-Length"));
            assertEquals("hello", client.get("/length").answer().body());
            assertEquals("hello", client.get("/chunked").answer().body());
        }
    }

    private static void withoutBody(HttpServerRequest request) {
        var response = request.response();
        boolean head = request.method().name().equals("HEAD");
        switch (request.path()) {
            case "/204" -> response.setStatusCode(204).end();
            case "/304" -> response.setStatusCode(304).end();
            case "/304/length" ->
                response.setStatusCode(304).putHeader("Content-Length", "5").end();
            case "/304/chunked" ->
                response.setStatusCode(304)
                        .putHeader("Transfer-Encoding", "chunked")
                        .end();
            case "/length" -> response.putHeader("Content-Length", "5").end(head ? "" : "hello");
            case "/chunked" -> response.setChunked(true).end(head ? "" : "hello");
            default -> response.end();
        }
    }

    @Test
    void aChunkedBodyArrivesWhole() throws IOException {
        try (Wire client = open.wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            client.send("2\r\nde\r\n0\r\n\r\n");
            assertEquals(200, client.answer().status());
            assertEquals("actions", client.get("/actions/y").answer().body());
        }
        assertEquals("abcde", actions.got.get(0).body());
    }

    @Test
    void theNameOfTheCodingMayBeInCapitals() throws IOException {
        try (Wire client = open.wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
            assertEquals(200, client.answer().status());
        }
        assertEquals("a", actions.got.get(0).body());
    }

    @Test
    void whatComesAfterTheLastAnswerIsNotDone() throws IOException {
        try (Wire client = open.wire()) {
            client.send("GET /a//b HTTP/1.1\r\nHost: a\r\n\r\nPOST /actions/x HTTP/1.1\r\nHost: a\r\n"
                    + "Content-Length: 1\r\n\r\na");
            assertEquals(400, client.answer().status());
            assertTrue(client.ends());
        }
        assertEquals(List.of(), actions.got);
    }

    @Test
    void aStreamThatWasNotAskedForIsNotPassedOn() throws IOException {
        views.answer = request -> request.response()
                .putHeader("Content-Type", "text/event-stream")
                .setChunked(true)
                .write(": begin\n\n");
        try (Wire client = open.wire()) {
            assertEquals(406, client.get("/views/posts/alice").answer().status());
            assertEquals(
                    200,
                    client.get("/views/posts/alice", "Accept: Text/Event-Stream")
                            .head()
                            .status());
        }
    }

    @Test
    void aClientThatAsksBeforeItSendsItsBodyIsToldToGoOn() throws IOException {
        try (Wire client = open.wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertEquals(100, client.head().status());
            assertEquals(200, client.send("abc").answer().status());
        }
        assertEquals("abc", actions.got.get(0).body());
        assertNull(actions.got.get(0).headers().get("Expect"));
    }

    @Test
    void requestsThatDoNotWaitForAnswersAreAnsweredInOrder() throws IOException {
        views.answer = request -> request.response().end(request.path());
        try (Wire client = open.wire()) {
            client.get("/1").get("/2").get("/3");
            for (int i = 1; i <= 3; i++) {
                assertEquals("/" + i, client.answer().body());
            }
        }
    }

    @Test
    void aRequestOfTwoLengthsIsRefusedAndNothingOfItPasses() throws IOException {
        String smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
        for (String lengths : List.of(
                "Content-Length: 0\r\nContent-Length: " + smuggled.length() + "\r\n",
                "Content-Length: 0, 5\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding:\u000bchunked\r\n",
                "X: y\r\n Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n")) {
            try (Wire client = open.wire()) {
                client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\n" + lengths + "\r\n0\r\n\r\n" + smuggled);
                assertEquals(400, client.answer().status(), lengths);
                assertTrue(client.ends(), lengths);
            }
        }
        assertTrue(actions.got.isEmpty(), () -> "passed: " + actions.got);
        assertTrue(views.got.isEmpty(), () -> "passed: " + views.got);
    }

    @Test
    void aStreamIsRefusedWhereItCanNotBe() throws IOException {
        try (Wire client = open.wire()) {
            client.send("GET /views/x HTTP/1.0\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
            assertEquals(505, client.answer().status());
            assertTrue(client.ends());
        }
    }
}

package page.bits.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which node gets a request, and what becomes of it when a node fails. */
class NodesTest {

    private final Vertx vertx = Installation.vertx();
    private final Service a = new Service(vertx, "a");
    private final Service b = new Service(vertx, "b");
    private final List<Installation> gateways = new ArrayList<>();

    @AfterEach
    void stop() {
        gateways.forEach(Installation::stop);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Installation gateway(String... settings) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("actions=" + a.address() + "," + b.address(), "views=" + a.address() + "," + b.address()));
        all.addAll(List.of(settings));
        return started(new Installation(vertx, List.of(), all.toArray(String[]::new)));
    }

    private Installation started(Installation gateway) {
        gateways.add(gateway);
        return gateway;
    }

    @Test
    void requestsGoToAllNodesInTurn() throws IOException {
        try (Wire client = gateway().wire()) {
            for (int i = 0; i < 10; i++) {
                client.get("/").answer();
            }
        }
        assertEquals(5, a.got.size());
        assertEquals(5, b.got.size());
    }

    @Test
    void whatANodeDidNotTakeGoesToAnotherOnceAndWhole() throws IOException {
        // Only the attempts show that the node is gone.
        Installation gateway = gateway("probe-interval=PT1H");
        b.close();
        String body = "x".repeat(50_000);
        for (int i = 0; i < 4; i++) {
            try (Wire client = gateway.wire()) {
                assertEquals(
                        "a", client.request("POST", "/actions/x", body).answer().body());
            }
        }
        assertEquals(4, a.got.size());
        assertTrue(a.got.stream().allMatch(got -> got.body().equals(body)));
    }

    @Test
    void whatANodeGotIsNotRepeatedOnAnother() throws IOException {
        Installation gateway = gateway();
        a.answer = request -> request.connection().close();
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            Wire.Answer answer = client.request("POST", "/actions/x", "body").answer();
            assertEquals(504, answer.status());
            assertTrue(answer.body().contains("outcome-unknown"), answer.body());
            assertEquals(1, a.got.size() + b.got.size());
            answer = client.get("/").answer();
            assertEquals(503, answer.status());
            assertEquals("1", answer.headers().get("Retry-After"));
            assertEquals(2, a.got.size() + b.got.size());
        }
    }

    @Test
    void whereNoNodeIsThereTheClientIsToldToComeBack() throws IOException {
        Installation gateway = gateway();
        a.close();
        b.close();
        try (Wire client = gateway.wire()) {
            Wire.Answer answer = client.request("POST", "/actions/x", "body").answer();
            assertEquals(503, answer.status());
            assertEquals("1", answer.headers().get("Retry-After"));
            assertTrue(answer.body().contains("problems/unavailable"), answer.body());
        }
    }

    @Test
    void aNodeThatHangsIsNotAwaitedForEverAndThenLeftOut() throws IOException {
        Installation gateway = gateway("response-timeout=PT0.3S");
        a.answer = request -> {};
        a.readiness = 0;
        int slow = 0;
        try (Wire client = gateway.wire()) {
            for (int i = 0; i < 2; i++) {
                slow += client.request("POST", "/actions/x", "body").answer().status() == 504 ? 1 : 0;
            }
            assertTrue(slow <= 1);
            await().until(() -> health(gateway, a) == Node.Health.AWAY);
            for (int i = 0; i < 4; i++) {
                assertEquals("b", client.get("/").answer().body());
            }
            a.readiness = 200;
            a.answer = request -> request.response().end("a");
            await().until(() -> health(gateway, a) == Node.Health.READY);
        }
    }

    @Test
    void aBodyMayTakeLongerThanANodeMay() throws Exception {
        Installation gateway = gateway("response-timeout=PT0.2S");
        try (Wire client = gateway.wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
            for (int i = 0; i < 10; i++) {
                client.send("x");
                Thread.sleep(50); // it is slowness that is tested
            }
            assertEquals(200, client.answer().status());
        }
    }

    @Test
    void anAnswerThatComesBeforeTheBodyPasses() throws IOException {
        Installation gateway = gateway("body-timeout=PT0.5S");
        a.early = request -> request.response().setStatusCode(401).end("early");
        b.early = a.early;
        try (Wire client = gateway.wire()) {
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            assertEquals("early", client.answer().body());
            client.send("67890");
            a.early = null;
            b.early = null;
            assertEquals(
                    200, client.request("POST", "/actions/y", "whole").answer().status());
        }
        try (Wire client = gateway.wire()) {
            a.early = request -> request.response().setStatusCode(401).end("early");
            b.early = a.early;
            client.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            assertEquals("early", client.answer().body());
            assertTrue(client.ends(), "the rest of the body is not awaited for ever");
        }
        assertTrue(Stream.concat(a.got.stream(), b.got.stream())
                .anyMatch(got -> got.body().equals("whole")));
    }

    @Test
    void anAnswerThatStopsHalfWayIsCut() throws IOException {
        Installation gateway = gateway("body-timeout=PT0.1S", "response-timeout=PT0.3S");
        a.answer = request -> request.response().setChunked(true).write("begin");
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            client.get("/").head();
            assertEquals("begin", client.chunk());
            assertTrue(client.ends());
        }
    }

    @Test
    void whatWasCalledNotSentIsNotSentLater() throws IOException {
        Installation gateway = gateway("response-timeout=PT0.3S", "requests-per-node=1");
        var held = new CopyOnWriteArrayList<HttpServerRequest>();
        // The head of an answer, and no end: both nodes' only connections are taken.
        a.answer = request -> {
            request.response().setChunked(true).write("begin");
            held.add(request);
        };
        b.answer = a.answer;
        try (Wire one = gateway.wire();
                Wire two = gateway.wire();
                Wire third = gateway.wire()) {
            one.get("/").head();
            two.get("/").head();
            Wire.Answer answer = third.request("POST", "/actions/x", "body").answer();
            assertEquals(503, answer.status());
            held.forEach(request -> request.response().end());
            assertEquals("begin", one.chunk());
            assertEquals("", one.chunk());
            a.answer = request -> request.response().end("a");
            b.answer = a.answer;
            // Both connections are used again, so what waited for them would have had its turn.
            for (int i = 0; i < 4; i++) {
                assertEquals(200, one.get("/after").answer().status());
            }
        }
        assertTrue(a.got.stream().noneMatch(got -> got.method().equals("POST")));
        assertTrue(b.got.stream().noneMatch(got -> got.method().equals("POST")));
    }

    @Test
    void whoLeavesJustBeforeTheirAnswerDoesNotCloseAConnectionThatOthersUse() throws Exception {
        Installation gateway = oneConnection();
        var held = new LinkedBlockingQueue<HttpServerRequest>();
        a.answer = held::add;
        HttpServerRequest left;
        try (Wire leaving = gateway.wire()) {
            leaving.request("POST", "/actions/x", "body");
            left = held.take();
        }
        await().pollInterval(Duration.ofMillis(5)).until(() -> gateway.connections() == 0);
        left.response().end("nobody reads this");
        try (Wire other = gateway.wire()) {
            other.request("POST", "/actions/y", "body");
            HttpServerRequest next = held.take();
            assertSame(left.connection(), next.connection());
            next.response().end("done");
            assertEquals("done", other.answer().body());
        }
    }

    @Test
    void whoLeavesInTheMiddleOfTheirBodyLeavesNothingOfItBehind() throws Exception {
        Installation gateway = oneConnection();
        var begun = new CompletableFuture<HttpServerRequest>();
        var cut = new CompletableFuture<Void>();
        a.early = request -> {
            request.connection().closeHandler(cut::complete);
            begun.complete(request);
        };
        try (Wire leaving = gateway.wire()) {
            leaving.send("POST /actions/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            begun.get();
        }
        await().until(cut::isDone);
        a.early = null;
        try (Wire other = gateway.wire()) {
            assertEquals(
                    "a", other.request("POST", "/actions/y", "body").answer().body());
        }
    }

    @Test
    void howLongToWaitIsPassedOnAsTheNodeTellsIt() throws IOException {
        Installation gateway = gateway();
        for (int status : List.of(429, 503)) {
            a.answer = request -> request.response()
                    .setStatusCode(status)
                    .putHeader("Retry-After", "7")
                    .putHeader("Content-Type", "application/problem+json")
                    .end("{\"status\":%d}".formatted(status));
            b.answer = a.answer;
            try (Wire client = gateway.wire()) {
                Wire.Answer answer =
                        client.request("POST", "/actions/x", "body").answer();
                assertEquals(status, answer.status());
                assertEquals("7", answer.headers().get("Retry-After"));
                assertEquals("application/problem+json", answer.headers().get("Content-Type"));
                assertEquals("{\"status\":%d}".formatted(status), answer.body());
            }
        }
        assertEquals(2, a.got.size() + b.got.size(), "none was tried again at the other node");
    }

    @Test
    void whereTooManyWaitForANodeTheNextIsToldToComeBack() throws Exception {
        Installation gateway = started(new Installation(
                vertx,
                List.of(),
                "actions=" + a.address(),
                "views=" + a.address(),
                "requests-per-node=1",
                "waiting-per-node=1",
                "probe-interval=PT1H"));
        var held = new LinkedBlockingQueue<HttpServerRequest>();
        a.answer = held::add;
        try (Wire first = gateway.wire();
                Wire second = gateway.wire();
                Wire third = gateway.wire()) {
            first.request("POST", "/actions/first", "body");
            HttpServerRequest inFlight = held.take();
            second.request("POST", "/actions/waits", "body");
            third.request("POST", "/actions/waits", "body");
            Wire refused = firstToAnswer(second, third);
            Wire.Answer answer = refused.answer();
            assertEquals(503, answer.status());
            assertEquals("1", answer.headers().get("Retry-After"));
            assertTrue(answer.body().contains("problems/unavailable"), answer.body());
            inFlight.response().end("first");
            assertEquals("first", first.answer().body());
            held.take().response().end("second");
            assertEquals("second", (refused == second ? third : second).answer().body());
        }
        assertEquals(2, a.got.size());
        assertEquals(
                Node.Health.READY,
                gateway.tiers.actions().nodes().get(0).health(),
                "a node that is busy is not away, though no probe says so");
    }

    private static Wire firstToAnswer(Wire one, Wire other) throws IOException {
        await().until(() -> one.hasAnswer() || other.hasAnswer());
        return one.hasAnswer() ? one : other;
    }

    private Installation oneConnection() throws IOException {
        return started(new Installation(
                vertx, List.of(), "actions=" + a.address(), "views=" + a.address(), "requests-per-node=1"));
    }

    @Test
    void anAnswerThatIsStillToComeIsAwaitedAtTheEnd() throws Exception {
        Installation gateway = gateway();
        var asked = new CompletableFuture<HttpServerRequest>();
        a.answer = asked::complete;
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            client.request("POST", "/actions/x", "body");
            HttpServerRequest held = asked.get();
            var stopped = CompletableFuture.runAsync(gateway::stop);
            assertThrows(TimeoutException.class, () -> stopped.get(200, TimeUnit.MILLISECONDS));
            held.response().end("done");
            assertEquals("done", client.answer().body());
            await().until(stopped::isDone);
        }
    }

    @Test
    void aNodeThatIsNotReadyGetsNothingUnlessThereIsNoOther() throws IOException {
        a.readiness = 503;
        Installation gateway = gateway();
        try (Wire client = gateway.wire()) {
            for (int i = 0; i < 4; i++) {
                assertEquals("b", client.get("/").answer().body());
            }
            b.close();
            await().until(() -> health(gateway, b) == Node.Health.AWAY);
            assertEquals("a", client.get("/").answer().body());
        }
    }

    private static Node.Health health(Installation gateway, Service node) {
        return gateway.tiers.views().nodes().stream()
                .filter(it -> it.address().port() == node.port())
                .findFirst()
                .orElseThrow()
                .health();
    }

    @Test
    void aNameIsLookedUpAgainAndAgain() throws IOException {
        Service second = new Service(vertx, "second", "127.0.0.2", a.port());
        addresses("127.0.0.1");
        String target = "nodes.test:" + a.port();
        Installation gateway = started(new Installation(vertx, List.of(), "actions=" + target, "views=" + target));
        assertEquals(Set.of("a"), names(gateway));
        addresses("127.0.0.1", "127.0.0.2");
        await().until(() -> names(gateway).equals(Set.of("a", "second")));
        addresses("127.0.0.2");
        await().until(() -> names(gateway).equals(Set.of("second")));
        second.close();
    }

    private static Set<String> names(Installation gateway) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Wire client = gateway.wire()) {
            for (int i = 0; i < 4; i++) {
                names.add(client.get("/").answer().body());
            }
        }
        return names;
    }

    private static void addresses(String... addresses) throws IOException {
        StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
        List.of(addresses).forEach(address -> hosts.append(address).append(" nodes.test\n"));
        Files.writeString(Path.of(System.getProperty("jdk.net.hosts.file")), hosts);
    }
}

package page.bits.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import page.bits.sse.OtherMachine;

/**
 * Machines that are gone from one moment to the next, with nobody left to close their connections. Each time a gateway without
 * the time-out shows that nothing else would have ended them.
 */
class VanishedTest {

    private static final String STREAM = "Accept: text/event-stream";
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration KEEPALIVE = Duration.ofSeconds(1);

    /** A machine with other work may take its time. */
    private static final Duration SLACK = Duration.ofSeconds(4);

    private final Vertx vertx = Installation.vertx();
    private final List<Installation> gateways = new ArrayList<>();

    @AfterEach
    void stop() {
        gateways.forEach(Installation::stop);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Installation gateway(String host, String node, Duration userTimeout) throws IOException {
        Installation gateway = new Installation(
                vertx, host, List.of(), "actions=" + node, "views=" + node, "tcp-user-timeout=" + userTimeout);
        gateways.add(gateway);
        return gateway;
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(5))
                .atMost(USER_TIMEOUT.plus(KEEPALIVE).plus(SLACK));
    }

    @Test
    void aClientThatVanishesIsGoneAtTheGatewayAndAtItsNode() throws IOException {
        Set<String> open = ConcurrentHashMap.newKeySet();
        try (OtherMachine machine = OtherMachine.start();
                Service node = new Service(vertx, "node")) {
            node.answer = request -> stream(request, open);
            Installation timed = gateway(machine.here(), node.address(), USER_TIMEOUT);
            Installation untimed = gateway(machine.here(), node.address(), Duration.ZERO);
            machine.openStream(timed.port, "/views/timed");
            machine.openStream(untimed.port, "/views/untimed");
            assertEquals(Set.of("/views/timed", "/views/untimed"), open);

            machine.vanish();
            long vanished = System.nanoTime();
            soon().until(() -> timed.connections() == 0);
            long noticed = System.nanoTime();
            soon().until(() -> !open.contains("/views/timed"));
            System.out.printf(
                    "VanishedTest: a client is gone after %d ms, and %d ms later at its node%n",
                    (noticed - vanished) / 1_000_000, (System.nanoTime() - noticed) / 1_000_000);
            assertTrue(System.nanoTime() - noticed < KEEPALIVE.toNanos(), "not only when the next event finds nobody");
            assertEquals(Set.of("/views/untimed"), open);
            assertEquals(1, untimed.connections());
        }
    }

    private void stream(HttpServerRequest request, Set<String> open) {
        String path = request.path();
        HttpServerResponse response = request.response()
                .putHeader("Content-Type", "text/event-stream")
                .setChunked(true);
        open.add(path);
        long keepalive =
                vertx.setPeriodic(0, KEEPALIVE.toMillis(), tick -> response.write("event: keepalive\ndata:\n\n"));
        response.closeHandler(closed -> {
            vertx.cancelTimer(keepalive);
            open.remove(path);
        });
    }

    @Test
    void theStreamsOfANodeThatVanishesAreCutWhileThoseOfASilentOneGoOn() throws IOException {
        try (OtherMachine machine = OtherMachine.start()) {
            String node = machine.there() + ":" + startNode(machine);
            Installation timed = gateway("127.0.0.1", node, USER_TIMEOUT);
            Installation untimed = gateway("127.0.0.1", node, Duration.ZERO);
            try (Wire cut = open(timed);
                    Wire uncut = open(untimed)) {
                await().during(USER_TIMEOUT.multipliedBy(2)).until(() -> streams(timed) == 1);
                machine.vanish();
                soon().until(() -> streams(timed) == 0);
                assertTrue(cut.ends());
                assertEquals(1, streams(untimed));
                assertFalse(uncut.hasAnswer());
            }
        }
    }

    private static int startNode(OtherMachine machine) throws IOException {
        Process process = machine.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target", "test-classes").toString(),
                SilentNode.class.getName()));
        return Integer.parseInt(new BufferedReader(new InputStreamReader(process.getInputStream())).readLine());
    }

    private static Wire open(Installation gateway) throws IOException {
        Wire client = gateway.wire().get("/views/x", STREAM);
        assertEquals(200, client.head().status());
        assertEquals("first", client.chunk());
        return client;
    }

    private static int streams(Installation gateway) {
        return gateway.tiers.views().nodes().stream().mapToInt(Node::streams).sum();
    }
}

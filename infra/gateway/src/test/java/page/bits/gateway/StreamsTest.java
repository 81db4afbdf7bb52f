package page.bits.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamsTest {

    private static final String STREAM = "Accept: text/event-stream";

    private final Vertx vertx = Installation.vertx();
    private final Service a = new Service(vertx, "a");
    private final Service b = new Service(vertx, "b");
    private final List<HttpServerResponse> streams = new CopyOnWriteArrayList<>();
    private final AtomicLong left = new AtomicLong();
    private final List<Long> closings = new CopyOnWriteArrayList<>();
    private Installation gateway;

    @BeforeEach
    void start() throws IOException {
        a.answer = this::stream;
        b.answer = this::stream;
        gateway = new Installation(
                vertx,
                List.of(),
                "actions=" + a.address(),
                "views=" + a.address() + "," + b.address(),
                "stream-idle=PT1.5S");
    }

    @AfterEach
    void stop() {
        gateway.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void stream(HttpServerRequest request) {
        HttpServerResponse response = request.response()
                .putHeader("Content-Type", "text/event-stream")
                .setChunked(true);
        response.closeHandler(closed -> {
            left.set(System.nanoTime());
            closings.add(left.get());
        });
        response.write("first");
        streams.add(response);
    }

    private Wire open() throws IOException {
        Wire client = gateway.wire().get("/views/x", STREAM);
        assertEquals(200, client.head().status());
        assertEquals("first", client.chunk());
        return client;
    }

    @Test
    void eventsPassAsTheyComeAndInOrder() throws IOException {
        try (Wire client = open()) {
            for (int i = 0; i < 1000; i++) {
                streams.get(0).write("event " + i + ";");
            }
            StringBuilder received = new StringBuilder();
            while (!received.toString().endsWith("event 999;")) {
                received.append(client.chunk());
            }
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                expected.append("event ").append(i).append(';');
            }
            assertEquals(expected.toString(), received.toString());
        }
    }

    @Test
    void aClientThatLeavesIsSoonGoneBehindTheGateway() throws IOException {
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            left.set(0);
            Wire client = open();
            long leaves = System.nanoTime();
            client.close();
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> left.get() > 0);
            took.add((left.get() - leaves) / 1000);
        }
        Collections.sort(took);
        assertTrue(took.get(took.size() / 2) < 100_000, () -> "microseconds: " + took);
        await().until(() -> Arrays.stream(counts()).sum() == 0);
    }

    @Test
    void aClientThatLeavesBeforeItsAnswerIsGoneToo() throws IOException {
        var gone = new java.util.concurrent.CompletableFuture<Void>();
        a.answer = request -> request.response().closeHandler(closed -> gone.complete(null));
        b.answer = a.answer;
        Wire client = gateway.wire().get("/views/x");
        await().until(() -> a.got.size() + b.got.size() == 1);
        client.close();
        await().atMost(Duration.ofSeconds(2)).until(gone::isDone);
    }

    @Test
    void theNodeWithTheFewestStreamsGetsTheNext() throws IOException {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(open());
        }
        assertEquals(5, a.got.size());
        assertEquals(5, b.got.size());
        for (Wire client : clients) {
            client.close();
        }
        await().until(() -> Arrays.stream(counts()).sum() == 0);
    }

    private int[] counts() {
        return gateway.tiers.views().nodes().stream().mapToInt(Node::streams).toArray();
    }

    @Test
    void aReaderThatDoesNotReadStopsTheNode() throws IOException {
        try (Wire client = new Wire(gateway.port, 4096)) {
            client.get("/views/x", STREAM).head();
            long written = fill(streams.get(0));
            assertTrue(written < 50_000_000, () -> written + " bytes went somewhere");
        }
    }

    /** Writes until nothing more is taken. */
    private long fill(HttpServerResponse stream) {
        AtomicLong written = new AtomicLong();
        byte[] event = new byte[10_000];
        Arrays.fill(event, (byte) 'x');
        Runnable write = () -> {
            while (!stream.writeQueueFull() && written.get() < 200_000_000) {
                stream.write(Buffer.buffer(event));
                written.addAndGet(event.length);
            }
        };
        stream.drainHandler(drained -> write.run());
        vertx.runOnContext(begin -> write.run());
        await().pollDelay(Duration.ofMillis(300)).until(stream::writeQueueFull);
        return written.get();
    }

    @Test
    void aReaderThatDoesNotReadIsGivenUpWhenItsNodeGivesItUp() throws IOException {
        try (Wire client = new Wire(gateway.port, 4096)) {
            client.get("/views/x", STREAM).head();
            fill(streams.get(0));
            assertEquals(1, gateway.connections());
            streams.get(0).reset();
            await().until(() -> gateway.connections() == 0);
        }
    }

    @Test
    void aReaderThatDoesNotReadIsGivenUpWhenItsStreamIsCut() throws IOException {
        try (Wire client = new Wire(gateway.port, 4096)) {
            client.get("/views/x", STREAM).head();
            fill(streams.get(0));
            await().until(() -> gateway.connections() == 0);
        }
    }

    @Test
    void aStreamEndsWhereItsNodeDies() throws IOException {
        try (Wire client = open()) {
            streams.get(0).reset();
            assertTrue(client.ends());
        }
        await().until(() -> Arrays.stream(counts()).sum() == 0);
    }

    @Test
    void aStreamWithoutAByteForTooLongIsCut() throws IOException {
        try (Wire client = open()) {
            assertTrue(client.ends());
        }
        await().until(() -> Arrays.stream(counts()).sum() == 0);
    }

    @Test
    void atTheEndStreamsAreCutOneByOne() throws IOException {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(open());
        }
        gateway.gateway.drain(new ShutdownDelayInitiatedEvent());
        await().until(() -> closings.size() == 10);
        long apart = closings.stream().mapToLong(Long::longValue).max().orElseThrow()
                - closings.stream().mapToLong(Long::longValue).min().orElseThrow();
        assertTrue(apart > 50_000_000, () -> "all within " + apart + " ns");
        for (Wire client : clients) {
            assertTrue(client.ends());
        }
        a.answer = request -> request.response().end("a");
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            assertEquals("close", client.get("/").answer().headers().get("Connection"));
            assertTrue(client.ends());
        }
    }

    @Test
    void anAnswerThatIsCutIsNotTakenForWhole() throws IOException {
        a.answer = request -> request.response()
                .putHeader("Content-Length", "10")
                .write("half")
                .onComplete(w -> request.response().reset());
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            assertFalse(client.get("/").answer().body().length() == 10);
            assertTrue(client.ends());
        }
        a.answer = request -> request.response()
                .setChunked(true)
                .write("half")
                .onComplete(w -> request.response().reset());
        b.answer = a.answer;
        try (Wire client = gateway.wire()) {
            assertThrows(IOException.class, () -> client.get("/").answer());
        }
    }
}

package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.sse.StreamServer.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import page.bits.sse.StreamServer.Config;

/**
 * Readers that stop reading, among others that don't. The kernel holds a lot before a sender notices, so both ends' buffers
 * are as small as it lets us make them, and events are large.
 */
class SlowReaderTest {

    private static final int KERNEL_BUFFER = 4_096;
    private static final int WRITE_QUEUE = 32_768;
    private static final int EVENT = 2_000;

    /**
     * What comes to a frame's own bytes: a chunk's hex length and line breaks, and what Netty counts for each entry of its
     * queue, of which an ordinary write makes three.
     */
    private static final int PER_WRITE = 8 + 3 * 96;

    private final Chain chain = new Chain(EVENT);
    private final Map<Integer, Channel> sockets = new ConcurrentHashMap<>();
    private final List<StreamClient> clients = new ArrayList<>();
    private StreamServer server;
    private int numbers;

    /** One reader; its number is how the server's end of its socket is found. */
    private record Reader(int number, StreamClient client) {

        long version() {
            assertNull(client.failure());
            return Chain.follow(client.events());
        }

        /** How many of its events step over versions. */
        long conflated() {
            return client.events().stream()
                    .filter(event -> event.name().equals("delta"))
                    .map(event -> event.data().split(" "))
                    .filter(numbers -> Long.parseLong(numbers[1]) - Long.parseLong(numbers[0]) > 1)
                    .count();
        }
    }

    private void start(Duration keepalive) {
        server = StreamServer.of(
                1,
                new HttpServerOptions().setSendBufferSize(KERNEL_BUFFER),
                Config.DEFAULT.withWriteQueueBytes(WRITE_QUEUE).withKeepalive(keepalive),
                (it, request) -> {
                    Channel socket = ((ConnectionBase) request.connection()).channel();
                    sockets.put(Integer.valueOf(request.path().substring(1)), socket);
                    it.open(request, chain.channel());
                });
    }

    @AfterEach
    void stop() {
        try (StreamServer closed = server) {
            clients.forEach(StreamClient::abort);
            await().until(() -> closed.streams().size() == 0);
            assertFalse(chain.channel().hasSubscribers());
        }
    }

    @AfterAll
    static void noBufferWasLost() {
        assertEquals(List.of(), Leaks.found());
    }

    @Test
    void aReaderThatStallsDelaysNobodyAndCostsNoMoreThanItsQueueAndGetsOneEventForAllItMissed() {
        start(Duration.ofHours(1));
        List<Reader> readers = connect(10);
        List<Reader> stalled = connect(3);
        await().until(() -> stalled.stream().allMatch(reader -> reader.version() == 0));
        server.awaitTurn();
        stalled.forEach(reader -> reader.client.stall());
        Channel socket = socket(stalled.get(0));
        System.out.printf(
                "SlowReaderTest: SO_SNDBUF %d, SO_RCVBUF %d, %d bytes per event%n",
                socket.config().getOption(ChannelOption.SO_SNDBUF),
                stalled.get(0).client.receiveBuffer(),
                chain.deltaSize());

        for (int i = 0; i < 300; i++) {
            chain.advance();
            stalled.forEach(this::assertQueueIsBounded);
        }
        awaitNewest(readers);
        for (Reader reader : stalled) {
            assertTrue(reader.version() < chain.newest(), "it reads nothing");
            assertFalse(socket(reader).isWritable());
            assertTrue(queued(reader) > WRITE_QUEUE / 2, "it is really stuck");
        }

        List<Long> queued = stalled.stream().map(this::queued).toList();
        IntStream.range(0, 100).forEach(i -> chain.advance());
        awaitNewest(readers);
        for (int i = 0; i < stalled.size(); i++) {
            // The kernels may still take a little, but nothing comes to it.
            assertTrue(queued(stalled.get(i)) <= queued.get(i));
        }

        int questions = chain.questions();
        stalled.forEach(reader -> reader.client.readOn());
        awaitNewest(stalled);
        assertEquals(stalled.size(), chain.questions() - questions);
        stalled.forEach(reader -> assertEquals(1, reader.conflated()));

        chain.advance();
        awaitNewest(readers);
        awaitNewest(stalled);
    }

    @Test
    void readersThatStallAndReadAtRandomAllEndWithTheNewestState() {
        long seed = new Random().nextLong();
        System.out.println("SlowReaderTest.readersThatStallAndReadAtRandom… seed " + seed);
        Random random = new Random(seed);
        start(Duration.ofHours(1));
        List<Reader> readers = connect(8);
        for (int i = 0; i < 1_000; i++) {
            chain.advance();
            Reader reader = readers.get(random.nextInt(readers.size()));
            assertQueueIsBounded(reader);
            if (random.nextBoolean()) {
                reader.client.stall();
            } else {
                reader.client.readOn();
            }
        }
        readers.forEach(reader -> reader.client.readOn());
        awaitNewest(readers);
        assertTrue(readers.stream().anyMatch(reader -> reader.conflated() > 0));
    }

    @Test
    void aReaderThatStallsGetsTheEndWhenItReadsAgain() {
        start(Duration.ofHours(1));
        Reader reader = connect(1).get(0);
        fill(reader);
        chain.finish();
        reader.client.readOn();
        await().until(reader.client::hasEnded);
        assertEquals(chain.newest(), reader.version());
        List<EventReader.Event> events = reader.client.events();
        assertEquals("gone", events.get(events.size() - 1).name());
    }

    @Test
    void aReaderThatStallsIsToldToReconnectWhenItReadsAgain() {
        start(Duration.ofHours(1));
        Reader reader = connect(1).get(0);
        fill(reader);
        server.streams().close().join();
        await().until(() -> server.closed() == 1);
        reader.client.readOn();
        await().until(reader.client::hasEnded);
        List<EventReader.Event> events = reader.client.events();
        assertEquals("reconnect", events.get(events.size() - 1).name());
        // What it then says it has is what it has, not what it would have got.
        assertEquals("e." + reader.version(), reader.client.lastEventId());
    }

    @Test
    void aReaderThatStallsOverHttp2GetsOneEventForAllItMissed() {
        start(Duration.ofHours(1));
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(KERNEL_BUFFER));
        HttpClient client = server.vertx().createHttpClient(options);
        EventReader reader = new EventReader();
        List<EventReader.Event> events = new CopyOnWriteArrayList<>();
        HttpClientResponse response = client.request(HttpMethod.GET, server.port(), "localhost", "/0")
                .compose(HttpClientRequest::send)
                // Here, on the client's event loop, and not later: what comes before there is a handler is dropped.
                .map(head -> head.handler(bytes -> {
                    reader.read(bytes.getBytes());
                    events.addAll(reader.events()
                            .subList(events.size(), reader.events().size()));
                }))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(StreamServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        await().until(() -> events.size() == 1);
        server.awaitTurn();
        response.pause();
        IntStream.range(0, 300).forEach(i -> chain.advance());
        server.awaitTurn();
        int questions = chain.questions();
        response.resume();
        await().until(() -> Chain.follow(events) == chain.newest());
        assertEquals(1, chain.questions() - questions);
        assertTrue(events.size() < 100, "far fewer than were published, not " + events.size());
        client.close();
        await().until(() -> server.closed() == 1);
    }

    @Test
    void keepalivesDoNotPileUpForAReaderThatStalls() {
        start(Duration.ofMillis(50));
        Reader reader = connect(1).get(0);
        fill(reader);
        Reader witness = connect(1).get(0);
        long queued = queued(reader);
        await().until(() -> witness.client.events().size() >= 3);
        assertTrue(queued(reader) <= queued);
        reader.client.readOn();
        awaitNewest(List.of(reader));
    }

    /** Stalls a reader, and publishes until nothing more can be sent to it. */
    private void fill(Reader reader) {
        await().until(() -> reader.version() >= 0);
        reader.client.stall();
        await().until(() -> {
            chain.advance();
            return !socket(reader).isWritable();
        });
        // The kernels may still take a little.
        AtomicLong queued = new AtomicLong();
        await().during(Duration.ofMillis(300)).until(() -> {
            chain.advance();
            long now = queued(reader);
            return queued.getAndSet(now) == now;
        });
        assertQueueIsBounded(reader);
    }

    private List<Reader> connect(int count) {
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StreamClient client = StreamClient.get(server.port(), "/" + numbers)
                    .receiveBuffer(KERNEL_BUFFER)
                    .open();
            clients.add(client);
            readers.add(new Reader(numbers, client));
            numbers++;
        }
        return readers;
    }

    private void awaitNewest(List<Reader> readers) {
        await().until(() -> readers.stream().allMatch(reader -> reader.version() == chain.newest()));
    }

    private void assertQueueIsBounded(Reader reader) {
        long queued = queued(reader);
        long most = WRITE_QUEUE + chain.deltaSize() + PER_WRITE;
        assertTrue(queued <= most, () -> queued + " bytes are queued, of at most " + most);
    }

    /** How many bytes wait for a reader's socket, after all that its loop had to do before. */
    private long queued(Reader reader) {
        Channel socket = socket(reader);
        return CompletableFuture.supplyAsync(
                        () -> {
                            ChannelOutboundBuffer queue = socket.unsafe().outboundBuffer();
                            return queue == null ? 0 : queue.totalPendingWriteBytes();
                        },
                        socket.eventLoop())
                .join();
    }

    private Channel socket(Reader reader) {
        return sockets.get(reader.number);
    }
}

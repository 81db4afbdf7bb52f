package page.bits.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import page.bits.sse.StreamServer.Config;

/**
 * Readers that stop reading, among others that don't. The kernel holds a lot before a sender notices, so both ends' buffers
 * are as small as it lets us make them, and events are large.
 */
class SlowReaderTest {

    /** Of tests that are run on either transport. */
    static final String SOCKETS = "sockets";

    private static final int KERNEL_BUFFER = 4_096;
    private static final int WRITE_QUEUE = 32_768;
    private static final int EVENT = 2_000;
    private static final int LARGE = 400_000;
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(1);

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
        start(Config.DEFAULT.withKeepalive(keepalive), chain.channel());
    }

    private void start(Config config, page.bits.sse.Channel channel) {
        server = StreamServer.of(
                1,
                new HttpServerOptions().setSendBufferSize(KERNEL_BUFFER),
                config.withWriteQueueBytes(WRITE_QUEUE),
                (it, request) -> {
                    Channel socket = ((ConnectionBase) request.connection()).channel();
                    sockets.put(Integer.valueOf(request.path().substring(1)), socket);
                    it.open(request, channel);
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
    @Tag(SOCKETS)
    void aReaderThatStallsDelaysNobodyAndCostsNoMoreThanItsQueueAndGetsOneEventForAllItMissed() {
        start(Duration.ofHours(1));
        List<Reader> readers = connect(10);
        List<Reader> stalled = connect(3);
        await().until(() -> stalled.stream().allMatch(reader -> reader.version() == 0));
        server.awaitTurn();
        stalled.forEach(reader -> reader.client.stall());
        Channel socket = socket(stalled.get(0));
        System.out.printf(
                "SlowReaderTest: %s, SO_SNDBUF %d, SO_RCVBUF %d, %d bytes per event%n",
                socket.getClass().getSimpleName(),
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
    @Tag(SOCKETS)
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

    /** A client whose streams share one connection, and have a small window each. */
    private HttpClient http2() {
        return server.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setInitialSettings(new Http2Settings().setInitialWindowSize(KERNEL_BUFFER)));
    }

    /** @param events what is added to, in the client's thread */
    private HttpClientResponse open(HttpClient client, List<EventReader.Event> events) {
        EventReader reader = new EventReader();
        return client.request(HttpMethod.GET, server.port(), "localhost", "/0")
                .compose(HttpClientRequest::send)
                // Here, on the client's event loop, and not later: what comes before there is a handler is dropped.
                .map(head -> head.handler(bytes -> {
                    reader.read(bytes.getBytes());
                    events.addAll(reader.take());
                }))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(StreamServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aReaderThatStallsOverHttp2GetsOneEventForAllItMissed() {
        start(Duration.ofHours(1));
        HttpClient client = http2();
        List<EventReader.Event> events = new CopyOnWriteArrayList<>();
        HttpClientResponse response = open(client, events);
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

    @Test
    @Tag(SOCKETS)
    void aReaderThatTakesNothingForTooLongIsGivenUpAndNothingIsKeptForIt() {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), chain.channel());
        Reader reads = connect(1).get(0);
        Reader stalls = connect(1).get(0);
        await().until(() -> stalls.version() >= 0);
        stalls.client.stall();
        await().until(() -> {
            chain.advance();
            return server.closed() == 1;
        });
        assertEquals(0, queued(stalls));
        assertEquals(1, server.count("bits.sse.stalled"));
        awaitNewest(List.of(reads));
        stalls.client.readOn();
        await().until(() -> stalls.client.failure() != null);
        assertEquals("Connection reset", stalls.client.failure().getMessage());
    }

    @Test
    void aReaderForWhomNothingWaitsIsNotGivenUp() {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), chain.channel());
        Reader quiet = connect(1).get(0);
        await().until(() -> quiet.version() == 0);
        quiet.client.stall();
        Reader stuck = connect(1).get(0);
        await().until(() -> stuck.version() == 0);
        stuck.client.stall();
        chain.advance(); // which the kernels take
        await().during(STALL_TIMEOUT.multipliedBy(3))
                .until(() -> server.streams().size() == 2);
        quiet.client.readOn();
        awaitNewest(List.of(quiet));
    }

    @Test
    @Tag(SOCKETS)
    void aReaderThatTakesALargeEventSlowlyIsNotGivenUp() throws IOException {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), large());
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(KERNEL_BUFFER);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.getOutputStream().write("GET /0 HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            byte[] bytes = new byte[LARGE / 100];
            int[] got = {0};
            long began = System.nanoTime();
            await().pollInterval(STALL_TIMEOUT.dividedBy(20)).until(() -> {
                got[0] += socket.getInputStream().readNBytes(bytes, 0, bytes.length);
                return got[0] >= LARGE;
            });
            assertTrue(System.nanoTime() - began > STALL_TIMEOUT.multipliedBy(3).toNanos(), "it is slow");
        }
        await().until(() -> server.closed() == 1);
        assertEquals(0, server.count("bits.sse.stalled"));
    }

    @Test
    @Tag(SOCKETS)
    void whatWaitsOfAStreamThatHasEndedIsGivenUpAsWell() {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), chain.channel());
        Reader reader = connect(1).get(0);
        await().until(() -> reader.version() >= 0);
        reader.client.stall();
        await().until(() -> {
            chain.advance();
            return !socket(reader).isWritable();
        });
        server.streams().close().join();
        await().until(() -> server.closed() == 1);
        assertTrue(queued(reader) > 0, "the rest of it waits");
        await().until(() -> server.count("bits.sse.stalled") == 1);
        assertEquals(0, queued(reader));
        assertFalse(socket(reader).isOpen());
    }

    @Test
    void aStreamOfHttp2ThatStallsIsGivenUpAndTheOthersOfItsConnectionGoOn() {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), chain.channel());
        HttpClient client = http2();
        List<EventReader.Event> read = new CopyOnWriteArrayList<>();
        HttpClientResponse reads = open(client, read);
        List<EventReader.Event> notRead = new CopyOnWriteArrayList<>();
        HttpClientResponse stalls = open(client, notRead);
        assertSame(reads.request().connection(), stalls.request().connection());
        await().until(() -> notRead.size() == 1);
        server.awaitTurn();
        CompletableFuture<Throwable> reset = new CompletableFuture<>();
        stalls.exceptionHandler(reset::complete);
        stalls.pause();
        await().until(() -> {
            chain.advance();
            return server.closed() == 1;
        });
        assertEquals(1, server.count("bits.sse.stalled"));
        stalls.resume();
        assertInstanceOf(
                StreamResetException.class,
                reset.orTimeout(20, TimeUnit.SECONDS).join());
        chain.advance();
        await().until(() -> Chain.follow(read) == chain.newest());
        assertEquals(1, server.streams().size());
        client.close();
    }

    @Test
    void aReaderThatTakesALargeEventSlowlyOverHttp2IsNotGivenUp() {
        start(Config.DEFAULT.withStallTimeout(STALL_TIMEOUT), large());
        HttpClient client = http2();
        List<EventReader.Event> events = new CopyOnWriteArrayList<>();
        HttpClientResponse response = open(client, events);
        response.pause();
        long began = System.nanoTime();
        // One window at a time.
        await().pollInterval(STALL_TIMEOUT.dividedBy(20)).until(() -> {
            response.fetch(1);
            return !events.isEmpty();
        });
        assertTrue(System.nanoTime() - began > STALL_TIMEOUT.multipliedBy(2).toNanos(), "it is slow");
        client.close();
        await().until(() -> server.closed() == 1);
        assertEquals(0, server.count("bits.sse.stalled"));
    }

    @Test
    void streamsThatAreFullDoNotHoldUpTheEndOfAll() {
        start(Duration.ofHours(1));
        Reader full = connect(1).get(0);
        fill(full);
        // More than are ended at once.
        List<Reader> others = connect(300);
        awaitNewest(others);
        server.streams()
                .close()
                .orTimeout(StreamServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        await().until(() -> others.stream().allMatch(reader -> reader.client.hasEnded()));
        assertEquals(301, server.count("bits.sse.reconnects"));
        assertEquals(0, server.streams().size());
        // Nor that of the server.
        assertTrue(queued(full) > 0, "what it has not read still waits");
        server.vertx()
                .close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(StreamServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static page.bits.sse.Channel large() {
        Frame frame = Frame.of(EventName.SNAPSHOT, new EventId("e", 1), "x".repeat(LARGE));
        return new page.bits.sse.Channel(from -> CompletableFuture.completedFuture(Update.of(1, frame)), 1);
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

package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.sse.StreamServer.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import page.bits.sse.ManyReaders.Reader;
import page.bits.sse.StreamServer.Config;

/**
 * A thousand readers that never read, among a hundred that do. The kernels hold a lot before a sender notices, so both ends'
 * buffers are as small as they let us make them.
 */
class ManySlowReadersTest {

    private static final int STALLED = 1_000;
    private static final int READING = 100;
    private static final int UPDATES = 100;
    private static final int EVENT = 3_000;
    private static final int KERNEL_BUFFER = 4_096;
    private static final int WRITE_QUEUE = 16_384;

    /** What Netty counts for each entry of its queue beside the bytes, of which an ordinary write makes three. */
    private static final int PER_WRITE = 8 + 3 * 96;

    private final Chain chain = new Chain(EVENT);
    private final Map<String, Channel> sockets = new ConcurrentHashMap<>();
    private StreamServer server;
    private ManyReaders readers;

    private void start(Duration stallTimeout) throws IOException {
        server = StreamServer.of(
                2,
                new HttpServerOptions().setSendBufferSize(KERNEL_BUFFER).setAcceptBacklog(STALLED),
                Config.DEFAULT.withWriteQueueBytes(WRITE_QUEUE).withStallTimeout(stallTimeout),
                (it, request) -> {
                    sockets.put(request.path(), ((ConnectionBase) request.connection()).channel());
                    it.open(request, chain.channel());
                });
        readers = new ManyReaders(server.port(), KERNEL_BUFFER);
    }

    @AfterEach
    void stop() throws IOException {
        try (StreamServer closed = server) {
            readers.close();
            await().until(() -> closed.streams().size() == 0);
        }
    }

    @AfterAll
    static void noBufferWasLost() {
        assertEquals(List.of(), Leaks.found());
    }

    @Test
    void aThousandThatNeverReadDelayNobodyAndCostNoMoreThanTheirQueuesAndGetOneEventForAllTheyMissed()
            throws Exception {
        start(Duration.ofHours(1));
        List<Reader> reading = connect(READING);
        readers.read(reading);
        readers.await(reading, 0);
        advanceAndMeasure(reading); // for the compilers
        long alone = advanceAndMeasure(reading);

        List<Reader> stalled = connect(STALLED);
        while (server.gauge("bits.sse.streams.slow") < STALLED) {
            chain.advance();
            readers.await(reading, chain.newest());
        }
        long queuedBefore = server.gauge("bits.sse.queued");
        long among = advanceAndMeasure(reading);
        printWhatTheKernelHolds(stalled);
        System.out.printf(
                "ManySlowReadersTest: an update of %d bytes is at the last of %d readers after %d µs, and after %d µs (%.2f times)"
                        + " with %d others that never read; half of the updates sooner%n",
                chain.deltaSize(), READING, alone, among, (double) among / alone, STALLED);
        assertTrue(among < 1_000_000, among + " µs");
        assertEquals(0, reading.stream().mapToInt(Reader::conflated).sum(), "each got each update by itself");
        stalled.forEach(this::assertQueueIsBounded);
        await().until(() -> server.gauge("bits.sse.queued") <= queuedBefore);
        assertTrue(queuedBefore <= STALLED * (long) most(), queuedBefore + " bytes are queued");
        assertTrue(server.count("bits.sse.conflated") >= (long) UPDATES * STALLED);
        assertEquals(0, server.count("bits.sse.stalled"));

        int questions = chain.questions();
        List<Reader> inTime = stalled.subList(0, READING);
        readers.read(inTime);
        readers.await(inTime, chain.newest());
        assertEquals(inTime.size(), chain.questions() - questions);
        inTime.forEach(reader -> assertEquals(1, reader.conflated()));
        chain.advance();
        readers.await(inTime, chain.newest());
        readers.await(reading, chain.newest());
    }

    @Test
    void aThousandThatNeverReadAreGivenUpAndNothingIsKeptOfThem() throws Exception {
        start(Duration.ofSeconds(1));
        List<Reader> reading = connect(READING);
        readers.read(reading);
        List<Reader> stalled = connect(STALLED);
        await().until(() -> {
            chain.advance();
            readers.await(reading, chain.newest());
            return server.streams().size() == READING;
        });
        assertEquals(STALLED, server.closed());
        assertEquals(STALLED, server.count("bits.sse.stalled"));
        await().until(() -> server.gauge("bits.sse.queued") == 0);
        assertEquals(0, server.gauge("bits.sse.streams.slow"));
        stalled.forEach(reader -> assertEquals(0, queued(reader)));
        readers.read(stalled);
        await().until(() -> stalled.stream().allMatch(Reader::wasReset));
        chain.advance();
        readers.await(reading, chain.newest());
        assertEquals(0, reading.stream().mapToInt(Reader::conflated).sum());
    }

    private List<Reader> connect(int count) throws IOException {
        int before = server.streams().size();
        List<Reader> connected = readers.connect(count);
        await().until(() -> server.streams().size() == before + count);
        return connected;
    }

    /** Publishes one update after another, each when all have the one before; the median time that it takes, in µs. */
    private long advanceAndMeasure(List<Reader> reading) throws InterruptedException {
        long[] times = new long[UPDATES];
        for (int i = 0; i < UPDATES; i++) {
            long began = System.nanoTime();
            chain.advance();
            readers.await(reading, chain.newest());
            times[i] = (System.nanoTime() - began) / 1_000;
        }
        Arrays.sort(times);
        return times[UPDATES / 2];
    }

    private void printWhatTheKernelHolds(List<Reader> stalled) throws IOException {
        long queued = stalled.stream().mapToLong(this::queued).sum() / STALLED;
        System.out.printf(
                "ManySlowReadersTest: SO_SNDBUF %d, SO_RCVBUF %d; %d bytes wait for each that never reads, of at most %d%n",
                sockets.get(stalled.get(0).path()).config().getOption(ChannelOption.SO_SNDBUF),
                readers.receiveBuffer(),
                queued,
                most());
    }

    private int most() {
        return WRITE_QUEUE + chain.deltaSize() + PER_WRITE;
    }

    private void assertQueueIsBounded(Reader reader) {
        assertTrue(queued(reader) <= most(), () -> queued(reader) + " bytes are queued, of at most " + most());
    }

    /** How many bytes wait for a reader's socket. */
    private long queued(Reader reader) {
        ChannelOutboundBuffer queue = sockets.get(reader.path()).unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }
}

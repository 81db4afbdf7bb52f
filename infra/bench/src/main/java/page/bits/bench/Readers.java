package page.bits.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Thousands of readers of streams, which do little more than to write down when each got which event: a few threads with a
 * selector each, one buffer per thread, no object per event. What it all meant is found out afterwards.
 */
final class Readers implements AutoCloseable {

    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int POLL_MILLIS = 2;

    private final List<Loop> loops = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();

    /** One reader; guarded by its loop. */
    private static final class Stream {
        final SocketChannel channel;
        final EventScanner scanner = new EventScanner();
        final int number;
        long version = EventScanner.NO_ID;
        long bytes;
        long firstEventAt;
        boolean cut;

        Stream(SocketChannel channel, int number) {
            this.channel = channel;
            this.number = number;
        }

        boolean hasEvent() {
            return firstEventAt != 0;
        }
    }

    /** What events came to the readers of one loop, in the order that they came. */
    record Arrivals(int size, int[] streams, long[] versions, long[] at) {}

    /**
     * Connects readers, which ask for nothing yet.
     *
     * @param expectedEvents how many there is room for; more are taken, but cost a pause
     */
    Readers(InetSocketAddress server, int number, int threads, int expectedEvents) throws IOException {
        try {
            for (int i = 0; i < threads; i++) {
                loops.add(new Loop("readers-" + i, expectedEvents / threads + number));
            }
            for (int i = 0; i < number; i++) {
                SocketChannel channel = SocketChannel.open(server);
                Stream stream = new Stream(channel, i);
                streams.add(stream);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(loopOf(stream).selector, SelectionKey.OP_READ, stream);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        loops.forEach(Thread::start);
    }

    private Loop loopOf(Stream stream) {
        return loops.get(stream.number % loops.size());
    }

    /**
     * Has all of them ask for the same stream, one right after the other.
     *
     * @param from the id that they resume from, if they have one
     */
    void request(String path, Optional<String> from) throws IOException {
        String head = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                + from.map(id -> "Last-Event-ID: " + id + "\r\n").orElse("") + "\r\n";
        ByteBuffer request = ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
        for (Stream stream : streams) {
            request.rewind();
            stream.channel.write(request);
            if (request.hasRemaining()) {
                throw new IOException("a request did not fit into an empty socket");
            }
        }
    }

    /** Waits until each has an event, and tells when the last got its first (of {@code nanoTime}). */
    long awaitFirstEvents(Duration patience) throws IOException, InterruptedException {
        await(Stream::hasEvent, patience, "get a first event");
        long last = Long.MIN_VALUE;
        for (Stream stream : streams) {
            synchronized (loopOf(stream)) {
                last = Math.max(last, stream.firstEventAt);
            }
        }
        return last;
    }

    /** Waits until each has the version or a later one. */
    void awaitVersion(long version, Duration patience) throws IOException, InterruptedException {
        await(stream -> stream.version >= version, patience, "get to t " + version);
    }

    private void await(Predicate<Stream> done, Duration patience, String what)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long missing = missing(done);
        while (missing > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("%,d of %,d streams did not %s within %d s"
                        .formatted(missing, streams.size(), what, patience.toSeconds()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            missing = missing(done);
        }
    }

    private long missing(Predicate<Stream> done) throws IOException {
        long missing = 0;
        for (Stream stream : streams) {
            synchronized (loopOf(stream)) {
                if (stream.cut) {
                    throw new IOException("the server ended a stream");
                }
                missing += done.test(stream) ? 0 : 1;
            }
        }
        for (Loop loop : loops) {
            loop.rethrow();
        }
        return missing;
    }

    /** How many bytes have come in, those of HTTP included. */
    long bytes() {
        long bytes = 0;
        for (Stream stream : streams) {
            synchronized (loopOf(stream)) {
                bytes += stream.bytes;
            }
        }
        return bytes;
    }

    /** What has come so far, by loop. */
    List<Arrivals> arrivals() {
        return loops.stream().map(Loop::arrivals).toList();
    }

    /** Forgets what has come so far. */
    void forgetArrivals() {
        loops.forEach(Loop::forgetArrivals);
    }

    /** The processor time that each thread has used, in nanoseconds. */
    long[] threadTimes() {
        return loops.stream()
                .mapToLong(
                        loop -> ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
                                ? threads.getThreadCpuTime(loop.getId())
                                : 0)
                .toArray();
    }

    /** Cuts all connections. */
    @Override
    public void close() throws IOException {
        for (Loop loop : loops) {
            loop.end();
        }
        for (Stream stream : streams) {
            stream.channel.close();
        }
    }

    /** A thread that reads for its share of the streams. */
    private static final class Loop extends Thread {

        final Selector selector = Selector.open();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private final EventScanner.Sink sink = this::event;
        private int size;
        private int[] streams;
        private long[] versions;
        private long[] at;
        private Stream reading;
        private long now;
        private IOException failure;
        private volatile boolean ended;

        Loop(String name, int capacity) throws IOException {
            super(name);
            setDaemon(true);
            streams = new int[capacity];
            versions = new long[capacity];
            at = new long[capacity];
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    selector.select(this::read);
                }
                selector.close();
            } catch (IOException e) {
                fail(e);
            }
        }

        private void read(SelectionKey key) {
            synchronized (this) {
                reading = (Stream) key.attachment();
                try {
                    buffer.clear();
                    int n = reading.channel.read(buffer);
                    now = System.nanoTime();
                    if (n > 0) {
                        reading.bytes += n;
                        reading.scanner.scan(buffer.flip(), sink);
                    }
                    if (n < 0 || reading.scanner.hasEnded()) {
                        reading.cut = true;
                        key.cancel();
                    }
                } catch (IOException e) {
                    key.cancel();
                    fail(e);
                }
            }
        }

        private void event(long version) {
            if (!reading.hasEvent()) {
                reading.firstEventAt = now;
            }
            if (version == EventScanner.NO_ID) {
                return;
            }
            reading.version = version;
            if (size == streams.length) {
                streams = Arrays.copyOf(streams, size * 2);
                versions = Arrays.copyOf(versions, size * 2);
                at = Arrays.copyOf(at, size * 2);
            }
            streams[size] = reading.number;
            versions[size] = version;
            at[size] = now;
            size++;
        }

        synchronized Arrivals arrivals() {
            return new Arrivals(
                    size, Arrays.copyOf(streams, size), Arrays.copyOf(versions, size), Arrays.copyOf(at, size));
        }

        synchronized void forgetArrivals() {
            size = 0;
        }

        private synchronized void fail(IOException e) {
            if (!ended && failure == null) {
                failure = e;
            }
        }

        synchronized void rethrow() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }

        void end() {
            ended = true;
            selector.wakeup();
            try {
                join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new IOException("interrupted", e));
            }
        }
    }
}

package page.bits.sse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Readers of a {@link Chain}, of whom one thread reads for all who are to be read for. */
final class ManyReaders implements AutoCloseable {

    private final int port;
    private final int receiveBuffer;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Reader> toRead = new ConcurrentLinkedQueue<>();
    private final List<Reader> readers = new ArrayList<>();

    /** @param receiveBuffer about how many bytes the kernel shall hold for each that were not read */
    ManyReaders(int port, int receiveBuffer) throws IOException {
        this.port = port;
        this.receiveBuffer = receiveBuffer;
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "many-readers");
        thread.setDaemon(true);
        thread.start();
    }

    /** One of them; what it has may be asked by any thread. */
    static final class Reader {

        private final SocketChannel socket;
        private final String path;
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private final EventReader events = new EventReader();
        private final ChunkedBody body = new ChunkedBody(events::read);
        private boolean inBody;
        private volatile OptionalLong version = OptionalLong.empty();
        private volatile int conflated;
        private volatile boolean reset;
        private volatile Throwable failure;

        private Reader(SocketChannel socket, String path) {
            this.socket = socket;
            this.path = path;
        }

        String path() {
            return path;
        }

        long version() {
            if (failure != null) {
                throw new AssertionError(failure);
            }
            return version.orElse(-1);
        }

        /** How many of its events led over more than one version. */
        int conflated() {
            return conflated;
        }

        /** Whether its connection was broken off. */
        boolean wasReset() {
            return reset;
        }

        private void take(byte[] bytes, int length) {
            int from = 0;
            while (!inBody && from < length) {
                head.write(bytes[from++]);
                inBody = head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n");
            }
            body.read(bytes, from, length - from);
            List<EventReader.Event> taken = events.take();
            for (EventReader.Event event : taken) {
                OptionalLong before = version;
                OptionalLong after = Chain.follow(before, List.of(event));
                conflated += before.isPresent() && after.getAsLong() - before.getAsLong() > 1 ? 1 : 0;
                version = after;
            }
        }
    }

    int receiveBuffer() throws IOException {
        return readers.get(0).socket.getOption(StandardSocketOptions.SO_RCVBUF);
    }

    /** Connects some, each with a path of its own, and sends their requests; nobody reads for them yet. */
    List<Reader> connect(int count) throws IOException {
        List<Reader> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel socket = SocketChannel.open();
            // Before it connects, since the window is agreed on there.
            socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            Reader reader = new Reader(socket, "/" + readers.size());
            String request = "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n".formatted(reader.path, port);
            socket.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            socket.configureBlocking(false);
            readers.add(reader);
            connected.add(reader);
        }
        return connected;
    }

    /** Reads for some from now on, as fast as it can. */
    void read(List<Reader> some) {
        toRead.addAll(some);
        selector.wakeup();
    }

    /** Until some have this version, or fails. */
    synchronized void await(List<Reader> some, long version) throws InterruptedException {
        long deadline = System.nanoTime() + StreamServer.PATIENCE.toNanos();
        while (!some.stream().allMatch(reader -> reader.version() >= version)) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                throw new AssertionError("not all have version " + version);
            }
            wait(millis);
        }
    }

    private void run() {
        byte[] bytes = new byte[65_536];
        try {
            while (selector.isOpen()) {
                selector.select(key -> read(key, bytes));
                for (Reader reader = toRead.poll(); reader != null; reader = toRead.poll()) {
                    reader.socket.register(selector, SelectionKey.OP_READ, reader);
                }
                synchronized (this) {
                    notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(SelectionKey key, byte[] bytes) {
        Reader reader = (Reader) key.attachment();
        try {
            int count = reader.socket.read(ByteBuffer.wrap(bytes));
            if (count < 0) {
                key.cancel();
            } else {
                reader.take(bytes, count);
            }
        } catch (IOException e) {
            reader.reset = true;
            key.cancel();
        } catch (RuntimeException | AssertionError e) {
            reader.failure = e;
            key.cancel();
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        for (Reader reader : readers) {
            reader.socket.close();
        }
    }
}

package page.bits.cluster.presence;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Thousands of HTTP/1.1 responses that do not end, read by one thread. Whatever belongs to a stream happens on that thread:
 * {@link #run}, {@link #later} and {@link #call} bring other work there.
 */
final class StreamLoop implements AutoCloseable {

    private static final int LARGEST_HEAD = 16 * 1024;
    private static final long HEAD_PATIENCE_MILLIS = 15_000;

    /** What becomes of a response; called on the loop's thread. */
    interface Reader {

        /** The head is there; only where the status is 200 anything follows but the end. */
        void began(int status);

        /** The next part of the body, cut anywhere. */
        void read(byte[] bytes, int length);

        /** It is over, other than by {@link Stream#close()}; also where it has never begun. */
        void ended();
    }

    private record Task(long due, long order, Runnable work) {}

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
    private final Queue<Task> timers = new PriorityQueue<>((one, other) ->
            one.due() == other.due() ? Long.compare(one.order(), other.order()) : Long.signum(one.due() - other.due()));
    private final Queue<Stream> toClose = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final byte[] bytes = new byte[64 * 1024];
    private long order;
    private volatile boolean closed;

    StreamLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** From any thread. */
    void run(Runnable work) {
        handedOver.add(work);
        selector.wakeup();
    }

    /** From any thread but its own; returns what the work has. */
    <T> T call(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(() -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(1, TimeUnit.MINUTES).join();
    }

    /** On the loop's thread. */
    void later(long millis, Runnable work) {
        timers.add(new Task(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), order++, work));
    }

    /** On the loop's thread: asks for a stream. */
    Stream open(URI address, String path, String headers, Reader reader) {
        Stream stream = new Stream(reader, address, path, headers);
        try {
            stream.connect();
        } catch (IOException e) {
            later(0, stream::end);
        }
        return stream;
    }

    /** Closes all connections. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private void loop() {
        try {
            while (!closed) {
                selector.select(key -> ((Stream) key.attachment()).ready(), pause());
                for (Runnable work = handedOver.poll(); work != null; work = handedOver.poll()) {
                    work.run();
                }
                while (!timers.isEmpty() && timers.peek().due() - System.nanoTime() <= 0) {
                    timers.remove().work().run();
                }
                for (Stream ending = toClose.poll(); ending != null; ending = toClose.poll()) {
                    ending.end();
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the loop of streams has ended", e);
        }
    }

    /** How long the selector may wait; 0 is for ever. */
    private long pause() {
        if (!handedOver.isEmpty()) {
            return 1;
        }
        return timers.isEmpty()
                ? 0
                : Math.max(1, TimeUnit.NANOSECONDS.toMillis(timers.peek().due() - System.nanoTime()));
    }

    /** One request and its response. */
    final class Stream {

        private enum Part {
            HEAD,
            SIZE,
            DATA,
            AFTER_DATA,
            PLAIN
        }

        private final Reader reader;
        private final URI address;
        private final ByteBuffer request;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private SocketChannel channel;
        private Part part = Part.HEAD;
        private int left;
        private boolean over;

        private Stream(Reader reader, URI address, String path, String headers) {
            this.reader = reader;
            this.address = address;
            this.request = ByteBuffer.wrap("GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n%s\r\n"
                    .formatted(path, address.getAuthority(), headers)
                    .getBytes(StandardCharsets.UTF_8));
        }

        private void connect() throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_CONNECT, this);
            if (channel.connect(new InetSocketAddress(address.getHost(), address.getPort()))) {
                connected();
            }
            later(HEAD_PATIENCE_MILLIS, () -> {
                if (part == Part.HEAD) {
                    end();
                }
            });
        }

        /** Closes the connection; the reader hears no more. */
        void close() {
            over = true;
            closeChannel();
        }

        private void end() {
            if (!over) {
                close();
                reader.ended();
            }
        }

        private void closeChannel() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                // It is gone, which is what was wanted.
            }
        }

        private void connected() throws IOException {
            channel.write(request);
            channel.keyFor(selector).interestOps(request.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        private void ready() {
            try {
                SelectionKey key = channel.keyFor(selector);
                if (key == null || !key.isValid()) {
                    return;
                }
                if (key.isConnectable()) {
                    channel.finishConnect();
                    connected();
                } else if (key.isWritable()) {
                    connected();
                } else if (key.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                toClose.add(this);
            }
        }

        private void read() throws IOException {
            buffer.clear();
            int n = channel.read(buffer);
            if (n < 0) {
                toClose.add(this);
                return;
            }
            buffer.flip();
            while (buffer.hasRemaining() && !over) {
                readPart();
            }
        }

        private void readPart() throws IOException {
            switch (part) {
                case HEAD -> {
                    line.write(buffer.get());
                    if (line.size() > LARGEST_HEAD) {
                        throw new IOException("a head does not end");
                    }
                    if (endsWith("\r\n\r\n")) {
                        readHead(line.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
                        line.reset();
                    }
                }
                case SIZE -> {
                    line.write(buffer.get());
                    if (endsWith("\r\n")) {
                        left = Integer.parseInt(
                                line.toString(StandardCharsets.ISO_8859_1)
                                        .strip()
                                        .replaceFirst(";.*", ""),
                                16);
                        line.reset();
                        part = Part.DATA;
                        if (left == 0) {
                            toClose.add(this);
                            buffer.position(buffer.limit());
                        }
                    }
                }
                case DATA -> {
                    left -= hand(Math.min(left, buffer.remaining()));
                    if (left == 0) {
                        left = 2;
                        part = Part.AFTER_DATA;
                    }
                }
                case AFTER_DATA -> {
                    buffer.get();
                    left--;
                    if (left == 0) {
                        part = Part.SIZE;
                    }
                }
                case PLAIN -> hand(buffer.remaining());
            }
        }

        private int hand(int length) {
            buffer.get(bytes, 0, length);
            reader.read(bytes, length);
            return length;
        }

        private void readHead(String head) {
            int status = Integer.parseInt(head.substring("http/1.1 ".length(), "http/1.1 200".length()));
            part = head.contains("\r\ntransfer-encoding: chunked\r\n") ? Part.SIZE : Part.PLAIN;
            reader.began(status);
            if (status != 200) {
                toClose.add(this);
                buffer.position(buffer.limit());
            }
        }

        private boolean endsWith(String end) {
            return line.size() >= end.length()
                    && line.toString(StandardCharsets.ISO_8859_1).endsWith(end);
        }
    }
}

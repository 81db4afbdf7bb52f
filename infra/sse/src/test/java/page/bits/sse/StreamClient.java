package page.bits.sse;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reader of a stream: a plain socket, HTTP/1.1 by hand, events as a browser sees them. It reads in a thread of its own, as
 * fast as it can, until told to stall. Its accessors may be called from any thread.
 */
public final class StreamClient implements AutoCloseable {

    private final Socket socket;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final EventReader events = new EventReader();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final ChunkedBody chunks = new ChunkedBody(this::readChunk);
    private final Thread thread;

    private boolean stalled;
    private boolean ended;
    private Exception failure;

    /** How to connect. */
    public static final class Request {
        private final int port;
        private final String path;
        private final StringBuilder headers = new StringBuilder();
        private String body = "";
        private int receiveBuffer;
        private boolean stalled;

        private Request(int port, String path) {
            this.port = port;
            this.path = path;
        }

        public Request header(String name, Object value) {
            headers.append(name).append(": ").append(value).append("\r\n");
            return this;
        }

        /** Sends this after the head. */
        public Request body(String ascii) {
            body = ascii;
            return this;
        }

        /** Asks the kernel to hold about so many bytes that were not read. */
        public Request receiveBuffer(int bytes) {
            receiveBuffer = bytes;
            return this;
        }

        /** Reads the head, but nothing of the body until told to. */
        public Request stalled() {
            stalled = true;
            return this;
        }

        /** Connects, sends the request and waits for the head of the response. */
        public StreamClient open() {
            try {
                return new StreamClient(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Prepares a GET to this machine. */
    public static Request get(int port, String path) {
        return new Request(port, path);
    }

    private StreamClient(Request request) throws IOException {
        stalled = request.stalled;
        socket = new Socket();
        if (request.receiveBuffer > 0) {
            // Before it connects, since the window is agreed on there.
            socket.setReceiveBufferSize(request.receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), request.port), 10_000);
        String head = "GET " + request.path + " HTTP/1.1\r\nHost: localhost:" + request.port
                + "\r\n" + (request.headers.indexOf("Accept: ") < 0 ? "Accept: text/event-stream\r\n" : "")
                + request.headers + "\r\n" + request.body;
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(10_000);
        String[] lines = readHead(socket.getInputStream()).split("\r\n");
        socket.setSoTimeout(0);
        status = Integer.parseInt(lines[0].split(" ")[1]);
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": ", 2);
            headers.put(header[0], header[1]);
        }
        thread = new Thread(this::readBody, "stream-client-" + socket.getLocalPort());
        thread.setDaemon(true);
        thread.start();
    }

    /** The head of a response, up to and without its blank line. */
    static String readHead(InputStream in) throws IOException {
        DataInputStream bytes = new DataInputStream(in);
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) bytes.readUnsignedByte());
        }
        return head.substring(0, head.length() - 4);
    }

    private void readBody() {
        byte[] buffer = new byte[4096];
        try {
            InputStream in = socket.getInputStream();
            while (awaitTurn()) {
                int length = in.read(buffer);
                synchronized (this) {
                    if (length < 0) {
                        throw new IOException("the connection was closed within the body");
                    }
                    chunks.read(buffer, 0, length);
                    ended = chunks.isComplete();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private synchronized boolean awaitTurn() throws InterruptedException {
        while (stalled) {
            wait();
        }
        return !ended;
    }

    private void readChunk(byte[] chunk) {
        body.writeBytes(chunk);
        events.read(chunk);
    }

    /** Reads no more: at most what one read in progress still gets. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Reads on. */
    public synchronized void readOn() {
        stalled = false;
        notifyAll();
    }

    public int status() {
        return status;
    }

    /** A header of the response; null if it has none of this name. */
    public String header(String name) {
        return headers.get(name);
    }

    /** All events so far. */
    public synchronized List<EventReader.Event> events() {
        return events.events();
    }

    /** What a browser would send to resume; empty if nothing. */
    public synchronized String lastEventId() {
        return events.lastEventId();
    }

    /** The time that the stream last told to wait before connecting again; -1 if it has not. */
    public synchronized long retry() {
        return events.retry().orElse(-1);
    }

    /** The body so far, without its chunks' envelopes. */
    public synchronized String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    /** Whether the body has come to its end as HTTP says, between two events. */
    public synchronized boolean hasEnded() {
        return ended && events.isBetweenEvents();
    }

    /** What kept it from reading on; null if nothing. */
    public synchronized Exception failure() {
        return failure;
    }

    /** How many bytes the kernel holds for this reader before the sender has to wait. */
    public int receiveBuffer() {
        try {
            return socket.getReceiveBufferSize();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Goes away with a reset, as one does that has unread bytes. */
    public void abort() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.interrupt();
            thread.join(10_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package page.bits.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection over which requests go one after the other, with as little in between as can be. Confined to one thread, which
 * waits for each answer.
 */
final class Connection implements AutoCloseable {

    private static final Pattern STATUS = Pattern.compile("\\AHTTP/1\\.1 (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final Pattern ID = Pattern.compile("\nid: ([a-z0-9]+)\\.[0-9]");
    private static final int BUFFER_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    Connection(InetSocketAddress server) throws IOException {
        channel = SocketChannel.open(server);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /**
     * Posts JSON as an actor.
     *
     * @param token empty for nobody
     * @return the body of the answer
     * @throws IOException for any status but 200
     */
    String post(String path, String token, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        write("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n" + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n"
                + json);
        return answer();
    }

    /**
     * Asks for JSON.
     *
     * @return the body of the answer
     * @throws IOException for any status but 200
     */
    String get(String path) throws IOException {
        write("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n");
        return answer();
    }

    /**
     * Asks for a stream from an id on, and waits for its first event. After that it is of no further use.
     *
     * @return how many bytes came until then
     */
    int awaitFirstEvent(String path, String from) throws IOException {
        write("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nLast-Event-ID: " + from
                + "\r\n\r\n");
        boolean[] seen = new boolean[1];
        EventScanner scanner = new EventScanner();
        int bytes = 0;
        while (!seen[0]) {
            buffer.clear();
            bytes += read();
            scanner.scan(buffer.flip(), version -> seen[0] = true);
        }
        return bytes;
    }

    /** The epoch of the ids of a stream. After that it is of no further use. */
    String epoch(String path) throws IOException {
        write("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
        buffer.clear();
        while (true) {
            read();
            Matcher id = ID.matcher(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
            if (id.find()) {
                return id.group(1);
            }
        }
    }

    private void write(String request) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private String answer() throws IOException {
        buffer.clear();
        int bodyAt = -1;
        int end = Integer.MAX_VALUE;
        while (buffer.position() < end) {
            read();
            if (bodyAt < 0) {
                String head = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
                int headEnds = head.indexOf("\r\n\r\n");
                if (headEnds >= 0) {
                    bodyAt = headEnds + 4;
                    end = bodyAt + Integer.parseInt(found(LENGTH, head.substring(0, headEnds)));
                }
            }
        }
        String body = new String(buffer.array(), bodyAt, end - bodyAt, StandardCharsets.UTF_8);
        String status = found(STATUS, new String(buffer.array(), 0, bodyAt, StandardCharsets.ISO_8859_1));
        if (!status.equals("200")) {
            throw new IOException("status " + status + " " + body);
        }
        return body;
    }

    private int read() throws IOException {
        int bytes = channel.read(buffer);
        if (bytes < 0) {
            throw new EOFException("the server closed a connection");
        }
        return bytes;
    }

    private static String found(Pattern pattern, String head) throws IOException {
        Matcher found = pattern.matcher(head);
        if (!found.find()) {
            throw new IOException("not an answer that can be read: " + head);
        }
        return found.group(1);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

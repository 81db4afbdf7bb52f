package page.bits.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection over which requests go one after the other, with as little in between as can be. Confined to one thread, which
 * waits for each answer.
 */
final class Connection implements AutoCloseable {

    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final Pattern ID = Pattern.compile("\nid: ([a-z0-9]+)\\.[0-9]");
    private static final int ATTEMPTS = 30;
    private static final long RETRY_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int BUFFER_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    Connection(InetSocketAddress server) throws IOException {
        channel = SocketChannel.open(server);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /**
     * Posts JSON as an actor. Again where it is told that it was not submitted since there is too much to do.
     *
     * @param token empty for nobody
     * @return the body of the answer, as it was sent
     * @throws IOException for any status but 200 and 503, and for 503 if it does not pass
     */
    String post(String path, String token, String json) throws IOException {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            Answer answer = exchange(path, token, json);
            if (!answer.isBusy()) {
                return answer.body();
            }
            LockSupport.parkNanos(RETRY_AFTER_NANOS);
        }
        return exchange(path, token, json).body();
    }

    private Answer exchange(String path, String token, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        write("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n" + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n"
                + json);
        return answer();
    }

    /**
     * Asks for JSON, and waits for all of it.
     *
     * @throws IOException for any status but 200
     */
    void get(String path) throws IOException {
        write("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n");
        answer().body();
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

    private record Answer(String head, String content) {

        boolean isBusy() {
            return head.startsWith("HTTP/1.1 503 ");
        }

        String body() throws IOException {
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IOException(head.lines().findFirst().orElse("") + " " + content);
            }
            return content;
        }
    }

    private Answer answer() throws IOException {
        buffer.clear();
        String answer = "";
        int bodyAt = 0;
        String head = "";
        while (bodyAt == 0 || !isComplete(head, answer.substring(bodyAt))) {
            read();
            answer = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
            if (bodyAt == 0 && answer.contains(END_OF_HEAD)) {
                bodyAt = answer.indexOf(END_OF_HEAD) + END_OF_HEAD.length();
                head = answer.substring(0, bodyAt);
            }
        }
        return new Answer(head, answer.substring(bodyAt));
    }

    /** Either all of the length that the head tells, or the last of its chunks: JSON itself holds no line break. */
    private static boolean isComplete(String head, String body) {
        Matcher length = LENGTH.matcher(head);
        return length.find() ? body.length() == Integer.parseInt(length.group(1)) : body.endsWith(LAST_CHUNK);
    }

    private int read() throws IOException {
        int bytes = channel.read(buffer);
        if (bytes < 0) {
            throw new EOFException("the server closed a connection");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One event of a stream, encoded once and written to any number of subscribers. Immutable.
 *
 * <p>Only data is free text, and it can't leave its field: every line break that a reader would see as one (CR, LF, CRLF)
 * begins a new {@code data:} line, and NUL, which some readers take for an end, becomes U+FFFD.
 */
public final class Frame {

    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r|\n");
    private static final byte[] CRLF = {'\r', '\n'};

    private final byte[] bytes;

    private Frame(String event) {
        this.bytes = event.getBytes(StandardCharsets.UTF_8);
    }

    /** An event that moves the reader to {@code id}. */
    public static Frame of(EventName name, EventId id, String data) {
        return new Frame("event: " + name.text() + "\nid: " + id + "\n" + dataLines(data) + "\n");
    }

    /** An event that leaves the reader where it is. */
    public static Frame of(EventName name, String data) {
        return new Frame("event: " + name.text() + "\n" + dataLines(data) + "\n");
    }

    /** How long a reader waits before it connects again, in milliseconds. Not an event: only the field. */
    static Frame retry(long millis) {
        return new Frame("retry: " + millis + "\n\n");
    }

    /** The last event of a stream whose node goes away, with the time to stay away in milliseconds. */
    static Frame reconnect(long millis) {
        return new Frame("event: " + EventName.RECONNECT.text() + "\nretry: " + millis + "\ndata: {\"retry\":" + millis
                + "}\n\n");
    }

    private static String dataLines(String data) {
        StringBuilder lines = new StringBuilder(data.length() + 16);
        for (String line : LINE_BREAK.split(data.replace('\0', '\uFFFD'), -1)) {
            lines.append("data: ").append(line).append('\n');
        }
        return lines.toString();
    }

    /** The bytes on the wire. */
    Buffer buffer() {
        return Buffer.buffer(bytes);
    }

    /**
     * This frame as one chunk of an HTTP/1.1 body (RFC 9112, section 7.1), ready for the socket. The caller owns the one
     * reference it has.
     */
    ByteBuf chunk() {
        byte[] size = Integer.toHexString(bytes.length).getBytes(StandardCharsets.US_ASCII);
        ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(size.length + 2 + bytes.length + 2);
        return chunk.writeBytes(size).writeBytes(CRLF).writeBytes(bytes).writeBytes(CRLF);
    }

    /** How many bytes it takes on the wire, its chunk's envelope apart. */
    public int size() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
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

    /** From how many bytes on a copy for each reader would cost more than to know who still has the one there is. */
    private static final int SHARED_FROM = 4_096;

    private final byte[] bytes;

    /** The chunk of a large frame that was handed out last; given back by all, it is gone. Not pooled, or it could be another's by then. */
    private ByteBuf handedOut;

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

    /** Whether all who hold its chunk at the same time hold the same memory, whoever asked for it. */
    boolean isShared() {
        return bytes.length >= SHARED_FROM;
    }

    /**
     * This frame as one chunk of an HTTP/1.1 body (RFC 9112, section 7.1), ready for the socket. The caller owns one
     * reference and leaves the indices alone. Any thread.
     */
    ByteBuf chunk() {
        return isShared() ? sharedChunk() : encode(ByteBufAllocator.DEFAULT);
    }

    private synchronized ByteBuf sharedChunk() {
        if (handedOut != null && handedOut.refCnt() > 0) {
            try {
                return handedOut.retain();
            } catch (IllegalReferenceCountException e) {
                // The last who had it has just given it back.
            }
        }
        handedOut = encode(UnpooledByteBufAllocator.DEFAULT);
        return handedOut;
    }

    private ByteBuf encode(ByteBufAllocator allocator) {
        byte[] size = Integer.toHexString(bytes.length).getBytes(StandardCharsets.US_ASCII);
        ByteBuf chunk = allocator.directBuffer(size.length + 2 + bytes.length + 2);
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

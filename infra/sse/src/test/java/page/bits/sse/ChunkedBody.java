package page.bits.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads a chunked HTTP/1.1 body (RFC 9112, section 7.1), cut anywhere, and accepts nothing that is not exactly one. */
public final class ChunkedBody {

    private enum Place {
        SIZE,
        CONTENT,
        AFTER_CONTENT,
        TRAILER,
        COMPLETE
    }

    private final Consumer<byte[]> chunks;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private Place place = Place.SIZE;
    private int missing;

    /** @param chunks takes the content of each chunk */
    public ChunkedBody(Consumer<byte[]> chunks) {
        this.chunks = chunks;
    }

    /** Whether the body's end was there. */
    public boolean isComplete() {
        return place == Place.COMPLETE;
    }

    public void read(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            read(bytes[i]);
        }
    }

    private void read(byte b) {
        switch (place) {
            case SIZE, AFTER_CONTENT, TRAILER -> readInLine(b);
            case CONTENT -> {
                pending.write(b);
                missing--;
                if (missing == 0) {
                    chunks.accept(pending.toByteArray());
                    pending.reset();
                    place = Place.AFTER_CONTENT;
                }
            }
            case COMPLETE -> throw new IllegalStateException("byte " + b + " after the end of the body");
        }
    }

    private void readInLine(byte b) {
        pending.write(b);
        String line = pending.toString(StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\r\n")) {
            if (line.length() > 10 || b == '\n') {
                throw new IllegalStateException("not a line of a chunk's envelope: " + line);
            }
            return;
        }
        pending.reset();
        String content = line.substring(0, line.length() - 2);
        if (place == Place.SIZE) {
            if (!content.matches("0|[1-9a-fA-F][0-9a-fA-F]{0,7}")) {
                throw new IllegalStateException("not a chunk's size: " + content);
            }
            missing = Integer.parseInt(content, 16);
            place = missing == 0 ? Place.TRAILER : Place.CONTENT;
        } else if (!content.isEmpty()) {
            throw new IllegalStateException("after a chunk: " + content);
        } else {
            place = place == Place.TRAILER ? Place.COMPLETE : Place.SIZE;
        }
    }
}

package page.bits.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds the events in the bytes of one response, however they are cut into reads and chunks. It looks at no more than it must and
 * allocates nothing, so that thousands of these in one process are not what is measured.
 *
 * <p>It reads HTTP/1.1 with a chunked body. Confined to one thread.
 */
final class EventScanner {

    /** What an event is told with that has no id. */
    static final long NO_ID = -1;

    private static final int OK = 200;

    private Part part = Part.HEAD;
    private int status;
    private int spaces;
    private int lineLength;
    private int chunk;
    private Field field = Field.NONE;
    private boolean hasData;
    private boolean inVersion;
    private long version = NO_ID;

    private enum Part {
        HEAD,
        CHUNK_SIZE,
        CHUNK,
        AFTER_CHUNK,
        END
    }

    /** What a line of the stream is: known by its first letter, since ours begin with four different ones. */
    private enum Field {
        NONE,
        ID,
        OTHER
    }

    interface Sink {

        /** @param version of its id, what follows the epoch; or {@link #NO_ID} */
        void event(long version);
    }

    /**
     * Takes all bytes that {@code in} has.
     *
     * @param sink told of each event once its last byte is there
     * @throws IOException where the answer is none that streams: it has another status than 200, or no chunks
     */
    void scan(ByteBuffer in, Sink sink) throws IOException {
        while (in.hasRemaining()) {
            switch (part) {
                case HEAD -> head(in.get());
                case CHUNK_SIZE -> chunkSize(in.get());
                case CHUNK -> chunk(in, sink);
                case AFTER_CHUNK -> {
                    if (in.get() == '\n') {
                        part = Part.CHUNK_SIZE;
                    }
                }
                case END -> in.position(in.limit());
            }
        }
    }

    /** Whether the server has ended the stream as it should. */
    boolean hasEnded() {
        return part == Part.END;
    }

    private void head(byte b) throws IOException {
        if (b == '\n') {
            if (lineLength == 0) {
                if (status != OK) {
                    throw new IOException("a stream was refused with status " + status);
                }
                part = Part.CHUNK_SIZE;
            }
            lineLength = 0;
        } else if (b != '\r') {
            lineLength++;
            if (b == ' ') {
                spaces++;
            } else if (spaces == 1) {
                status = status * 10 + b - '0';
            }
        }
    }

    private void chunkSize(byte b) throws IOException {
        if (b == '\n') {
            part = chunk == 0 ? Part.END : Part.CHUNK;
        } else if (b != '\r') {
            int digit = Character.digit(b, 16);
            if (digit < 0) {
                throw new IOException("not the size of a chunk: " + (char) b);
            }
            chunk = chunk * 16 + digit;
        }
    }

    private void chunk(ByteBuffer in, Sink sink) {
        int at = in.position();
        int end = at + Math.min(in.remaining(), chunk);
        chunk -= end - at;
        while (at < end) {
            byte b = in.get(at++);
            if (b == '\n') {
                endOfLine(sink);
            } else if (field == Field.NONE) {
                beginningOfLine(b);
            } else if (field == Field.ID) {
                id(b);
            }
        }
        in.position(end);
        if (chunk == 0) {
            part = Part.AFTER_CHUNK;
        }
    }

    private void endOfLine(Sink sink) {
        if (field == Field.NONE) {
            if (hasData) {
                sink.event(version);
            }
            hasData = false;
            version = NO_ID;
        }
        field = Field.NONE;
        inVersion = false;
    }

    private void beginningOfLine(byte b) {
        field = b == 'i' ? Field.ID : Field.OTHER;
        hasData |= b == 'd';
    }

    /** Of {@code id: <epoch>.<version>}, what follows the dot. */
    private void id(byte b) {
        if (b == '.') {
            inVersion = true;
            version = 0;
        } else if (inVersion) {
            version = version * 10 + b - '0';
        }
    }
}

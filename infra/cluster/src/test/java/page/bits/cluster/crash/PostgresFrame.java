package page.bits.cluster.crash;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A message of PostgreSQL's protocol, version 3: a type, a length that counts itself, a body.
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html)
 */
record PostgresFrame(char type, byte[] body) {

    static PostgresFrame read(DataInputStream in) throws IOException {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        return new PostgresFrame(type, body);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
    }

    /** The zero-terminated string that follows {@code skipped} others. */
    String string(int skipped) {
        int from = 0;
        for (int i = 0; i < skipped; i++) {
            from = end(from) + 1;
        }
        return new String(body, from, end(from) - from, StandardCharsets.UTF_8);
    }

    private int end(int from) {
        int end = from;
        while (body[end] != 0) {
            end++;
        }
        return end;
    }

    boolean contains(String text) {
        return new String(body, StandardCharsets.ISO_8859_1).contains(text);
    }

    /** Of a ReadyForQuery: {@code I} outside of a transaction, {@code T} inside, {@code E} inside one that failed. */
    char status() {
        return (char) ByteBuffer.wrap(body).get(0);
    }
}

package page.bits.cluster;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A backup as a file: a line that tells what it is, the rows of the storage as PostgreSQL's binary COPY gives them, gzipped,
 * then their number (8 bytes) and the SHA-256 of all that is before it (32 bytes). A file that was cut off or changed is not
 * taken for a backup.
 *
 * @param path the file, which was checked
 * @param at when the backup began
 * @param rows how many rows it holds
 */
record BackupFile(Path path, Instant at, long rows) {

    private static final String FORMAT = "bits-backup 1 ";
    private static final int LONGEST_HEADER = 64;
    private static final int DIGEST_BYTES = 32;
    private static final int BUFFER = 64 * 1024;

    /** What writes the rows, and tells how many they were. */
    interface Rows {
        long writeTo(OutputStream output) throws IOException, SQLException;
    }

    /** Writes the file anew; until it is whole, it is not there under its name. */
    static BackupFile write(Path path, Rows source) throws IOException, SQLException {
        Path temporary = Files.createTempFile(path.getParent(), path.getFileName() + ".", ".part");
        try {
            Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            long rows;
            try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
                MessageDigest digest = sha256();
                OutputStream output = new BufferedOutputStream(file, BUFFER);
                DataOutputStream digested = new DataOutputStream(new DigestOutputStream(output, digest));
                digested.write((FORMAT + at + "\n").getBytes(StandardCharsets.US_ASCII));
                GZIPOutputStream zipped = new GZIPOutputStream(unclosed(digested), BUFFER);
                rows = source.writeTo(zipped);
                zipped.finish();
                digested.writeLong(rows);
                digested.flush();
                output.write(digest.digest());
                output.flush();
                file.getFD().sync();
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return new BackupFile(path, at, rows);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Reads the whole file to see that it is a backup and complete. */
    static BackupFile check(Path path) throws Refusal, IOException {
        long length = Files.size(path);
        MessageDigest digest = sha256();
        try (DataInputStream input = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), BUFFER))) {
            String header = header(input);
            if (!header.startsWith(FORMAT)) {
                throw new Refusal(
                        header.startsWith("bits-backup ")
                                ? "%s was made by a newer version; restore it with that".formatted(path)
                                : "%s is not a backup that ./bits backup made".formatted(path));
            }
            byte[] begin = (header + "\n").getBytes(StandardCharsets.US_ASCII);
            digest.update(begin);
            long left = length - begin.length - Long.BYTES - DIGEST_BYTES;
            byte[] buffer = new byte[BUFFER];
            while (left > 0) {
                int read = input.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new EOFException();
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            long rows = input.readLong();
            digest.update(bytes(rows));
            if (!MessageDigest.isEqual(input.readNBytes(DIGEST_BYTES), digest.digest())) {
                throw new EOFException();
            }
            return new BackupFile(path, Instant.parse(header.substring(FORMAT.length())), rows);
        } catch (EOFException e) {
            throw new Refusal("%s is damaged or incomplete: its checksum is not that of its content".formatted(path));
        }
    }

    /** The rows, in PostgreSQL's binary COPY format. */
    InputStream open() throws IOException {
        InputStream input = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        header(input);
        return new GZIPInputStream(input, BUFFER);
    }

    private static String header(InputStream input) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        for (int next = input.read();
                next >= 0 && next != '\n' && header.size() < LONGEST_HEADER;
                next = input.read()) {
            header.write(next);
        }
        return header.toString(StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(long number) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeLong(number);
        return bytes.toByteArray();
    }

    private static OutputStream unclosed(OutputStream output) {
        return new FilterOutputStream(output) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

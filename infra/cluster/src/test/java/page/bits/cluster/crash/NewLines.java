package page.bits.cluster.crash;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The whole lines that another process has added to a file since the last look. One thread. */
final class NewLines {

    private final Path path;
    private long position;

    NewLines(Path path) {
        this.path = path;
    }

    /** Nothing while the file does not exist. */
    List<String> read() throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(position);
            byte[] bytes = new byte[(int) (file.length() - position)];
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.US_ASCII);
            int end = text.lastIndexOf('\n') + 1;
            position += end;
            return text.substring(0, end).lines().toList();
        }
    }
}

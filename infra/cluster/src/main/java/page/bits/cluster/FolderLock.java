package page.bits.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;

/** A folder that one process uses at a time. The lock ends with the process, however that ends. */
final class FolderLock implements AutoCloseable {

    private final RandomAccessFile file;

    private FolderLock(RandomAccessFile file) {
        this.file = file;
    }

    /** The lock on an existing folder, or nothing where another holds it. */
    static Optional<FolderLock> take(Path folder) throws IOException {
        RandomAccessFile file = new RandomAccessFile(folder.resolve("lock").toFile(), "rw");
        boolean taken = false;
        try {
            taken = file.getChannel().tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        } finally {
            if (!taken) {
                file.close();
            }
        }
        return taken ? Optional.of(new FolderLock(file)) : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

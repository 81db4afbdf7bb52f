package page.bits.cluster;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Everything that one installation keeps: its PostgreSQL, the key of its guests' tokens, its logs, and what it has to know to
 * clean up after a start that did not end in good order. For its owner alone, and for one launcher at a time.
 */
final class DataFolder implements AutoCloseable {

    private static final int KEPT_LOGS = 3;
    private static final int SECRET_BYTES = 32;

    private final Path path;
    private final FolderLock lock;

    private DataFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Takes the folder, which is made if it is not there. */
    static DataFolder take(Path path) throws Refusal, IOException {
        try {
            Directories.create(path);
            Directories.create(path.resolve("logs"));
            return new DataFolder(
                    path,
                    FolderLock.take(path)
                            .orElseThrow(() -> new Refusal(
                                    "another ./bits uses %s; stop that one first, or choose another folder with --data"
                                            .formatted(path))));
        } catch (AccessDeniedException e) {
            throw new Refusal("this user may not write to %s; choose another folder with --data".formatted(path));
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new Refusal("%s is not a folder; choose another with --data".formatted(path));
        } catch (FileSystemException e) {
            throw new Refusal("cannot write to %s".formatted(path));
        }
    }

    Path path() {
        return path;
    }

    Path postgres() {
        return postgres(path);
    }

    static Path postgres(Path path) {
        return path.resolve("postgres");
    }

    /** The file that keeps a port from one start to the next. */
    Path port(String name) {
        return path.resolve(name + ".port");
    }

    Leftovers leftovers() {
        return new Leftovers(path.resolve("processes"));
    }

    /** The log of a process that starts now; those of the last few starts are kept beside it. */
    Path newLog(String name) throws IOException {
        for (int age = KEPT_LOGS; age > 0; age--) {
            Path younger = log(name, age - 1);
            if (Files.exists(younger)) {
                Files.move(younger, log(name, age), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return Files.createFile(log(name, 0));
    }

    private Path log(String name, int age) {
        return path.resolve("logs").resolve(name + (age == 0 ? "" : "." + age) + ".log");
    }

    /** The key that guest tokens are signed with, so that they outlive the process that issued them. */
    String guestKey() throws IOException {
        return secret("guest-key");
    }

    /** The token of machines that act for anyone. */
    String serviceToken() throws IOException {
        return secret("service-token");
    }

    /** One at a time: nodes that are started at once ask for the same, and are to get the same. */
    private synchronized String secret(String name) throws IOException {
        Path file = path.resolve(name);
        if (!Files.exists(file)) {
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            Directories.write(file, Base64.getEncoder().encodeToString(random));
        }
        return Files.readString(file).strip();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

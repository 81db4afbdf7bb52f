package page.bits.cluster;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL that comes with us as an archive on the class path, unpacked once for each of its versions.
 *
 * @param home the folder that holds {@code bin}
 */
record PostgresBinaries(Path home) {

    /** Where it is unpacked, instead of the user's cache. */
    private static final String CACHE_PROPERTY = "bits.postgres.cache";

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** The number that data directories are bound to, such as 18. */
    int majorVersion() throws IOException {
        Process process = new ProcessBuilder(program("postgres").toString(), "--version").start();
        // "postgres (PostgreSQL) 18.6"
        String version = new String(process.getInputStream().readAllBytes()).strip();
        String number = version.substring(version.lastIndexOf(' ') + 1);
        return Integer.parseInt(number.split("\\D", 2)[0]);
    }

    /** @param otherwise the folder to unpack it to for a user who can't have a cache */
    static PostgresBinaries unpacked(Path otherwise) throws IOException {
        byte[] archive;
        try (InputStream stream = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), hardware())) {
            archive = stream.readAllBytes();
        } catch (IllegalStateException e) {
            throw new IOException("there is no PostgreSQL for %s on %s".formatted(system(), hardware()), e);
        }
        Path home = writable(cache(), otherwise).resolve("postgresql-" + digest(archive));
        if (!Files.isDirectory(home)) {
            Path temporary = Files.createTempDirectory(home.getParent(), "unpacking-");
            try {
                unpack(archive, temporary);
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(temporary, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                Directories.delete(temporary); // another process was faster
            } catch (IOException e) {
                Directories.delete(temporary);
                if (!Files.isDirectory(home)) {
                    throw e;
                }
            }
        }
        return new PostgresBinaries(home);
    }

    private static void unpack(byte[] archive, Path into) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("the archive of PostgreSQL names " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target);
                    Files.setPosixFilePermissions(
                            target,
                            PosixFilePermissions.fromString((entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    private static Path writable(Path cache, Path otherwise) throws IOException {
        try {
            Files.createDirectories(cache);
            if (Files.isWritable(cache)) {
                return cache;
            }
        } catch (IOException e) {
            // Such as the home of a system user, which does not exist.
        }
        return Files.createDirectories(otherwise);
    }

    private static Path cache() {
        String chosen = System.getProperty(CACHE_PROPERTY);
        if (chosen != null) {
            return Path.of(chosen);
        }
        String shared = System.getenv("XDG_CACHE_HOME");
        return shared == null || shared.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "bits")
                : Path.of(shared, "bits");
    }

    private static String digest(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String system() {
        String name = System.getProperty("os.name");
        return name.startsWith("Mac") ? "Darwin" : name;
    }

    private static String hardware() {
        String arch = System.getProperty("os.arch");
        return arch.equals("amd64") ? "x86_64" : arch;
    }
}

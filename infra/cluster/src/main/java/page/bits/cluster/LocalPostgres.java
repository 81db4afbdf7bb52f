package page.bits.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL of our own that keeps its data in a folder. It is as durable as PostgreSQL is by default (fsync and all), and
 * listens on loopback only, for one user with a random password that is kept in the folder.
 *
 * <p>It can be used by one process at a time. Whatever ended the last use, be it {@code kill -9} of everything, the next
 * {@link #start} finds the data as they were last committed; a server left over from then is stopped first.
 *
 * <p>Not safe for use by several threads, except for {@link #port()}, {@link #pid()} and {@link #isAlive()}.
 */
public final class LocalPostgres implements AutoCloseable {

    private static final String USER = "bits";
    private static final String HOST = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Path data;
    private final Path log;
    private final PostgresBinaries binaries;
    private final FolderLock lock;
    private final String password;
    private volatile int port;
    private volatile Process server;

    private LocalPostgres(Path directory, Path log) throws IOException, InterruptedException {
        this.data = directory.resolve("data");
        this.log = log;
        refuseRootWithoutNamespaces();
        Directories.create(directory);
        lock = FolderLock.take(directory).orElseThrow(() -> new IOException("another process uses " + directory));
        try {
            binaries = PostgresBinaries.unpacked(directory.resolve("binaries"));
            password = password(directory.resolve("password"));
            refuseOtherVersion();
            stopLeftover();
            if (!Files.exists(data)) {
                initialize(directory);
            }
            port = Ports.kept(directory.resolve("port"));
            run();
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (server != null) {
                server.destroy();
            }
            lock.close();
            throw e;
        }
    }

    /**
     * Starts the server, and returns when it takes connections.
     *
     * @param directory where its data are, or will be
     * @param log the file that it appends its messages to
     * @throws IOException when it can't be started, such as when another process uses the folder; the message tells
     */
    public static LocalPostgres start(Path directory, Path log) throws IOException, InterruptedException {
        return new LocalPostgres(directory.toAbsolutePath().normalize(), log.toAbsolutePath());
    }

    /** The port on 127.0.0.1; the same at each start, unless something else has taken it. */
    public int port() {
        return port;
    }

    /** The id of the server's first process. */
    public long pid() {
        return server.pid();
    }

    public boolean isAlive() {
        return server.isAlive();
    }

    /** Completes when the server that runs now has ended, for whatever reason. */
    public CompletableFuture<Integer> onExit() {
        return server.onExit().thenApply(Process::exitValue);
    }

    /** The URL of a database, which is created if it is not there. It holds the password. */
    public String jdbcUrl(String database) throws SQLException {
        if (!database.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("not a name of a database: " + database);
        }
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                PreparedStatement query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            query.setString(1, database);
            try (ResultSet found = query.executeQuery()) {
                if (!found.next()) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("CREATE DATABASE " + database);
                    }
                }
            }
        }
        return url(database);
    }

    /** The URL of a database of a server that another process runs on the folder. It holds the password. */
    static String jdbcUrl(Path directory, String database) throws IOException {
        Path file = directory.resolve("port");
        int port = Ports.read(file).orElseThrow(() -> new IOException("there is no port of a PostgreSQL in " + file));
        return url(
                port, database, Files.readString(directory.resolve("password")).strip());
    }

    private String url(String database) {
        return url(port, database, password);
    }

    private static String url(int port, String database, String password) {
        return "jdbc:postgresql://%s:%d/%s?user=%s&password=%s".formatted(HOST, port, database, USER, password);
    }

    /** Ends the server in good order: connections are cut, and what is committed is written where it belongs. */
    public void stop() throws IOException, InterruptedException {
        end("INT");
    }

    /** Ends the server at once, as if its machine had failed but for what the operating system had yet to write. */
    public void crash() throws IOException, InterruptedException {
        end("QUIT");
    }

    /** Starts the server again, on the same port, which is in the URLs given out; stops it first if it runs. */
    public void restart() throws IOException, InterruptedException {
        stop();
        stopLeftover();
        run();
    }

    /** Stops the server and lets others use the folder. */
    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            // It goes on to end, and the next start waits for it.
            Thread.currentThread().interrupt();
        } finally {
            lock.close();
        }
    }

    private void end(String signal) throws IOException, InterruptedException {
        Process ending = server;
        if (!ending.isAlive()) {
            return;
        }
        signal(signal, ending.pid());
        if (!ending.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            signal("QUIT", ending.pid());
            ending.waitFor();
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        // It fails only where the process is gone, which is what the signal is for.
        succeeds("kill", "-" + signal, Long.toString(pid));
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Directories.write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
        }
        return Files.readString(file).strip();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void refuseRootWithoutNamespaces() throws IOException, InterruptedException {
        if (isRoot() && !(Spawn.isOnPath("unshare") && succeeds("unshare", "--user", "true"))) {
            throw new IOException(
                    "PostgreSQL does not run as root, and this system has no user namespaces (unshare --user)"
                            + " to give it another user; start as another user, or use a PostgreSQL that runs already");
        }
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private void refuseOtherVersion() throws IOException {
        Path versionFile = data.resolve("PG_VERSION");
        if (Files.exists(versionFile)) {
            String version = Files.readString(versionFile).strip();
            if (!version.equals(Integer.toString(binaries.majorVersion()))) {
                throw new IOException("the data in %s are those of PostgreSQL %s, and this is PostgreSQL %d"
                        .formatted(data, version, binaries.majorVersion()));
            }
        }
    }

    /** Not in place: what an interrupted initialization leaves must not look like a database. */
    private void initialize(Path directory) throws IOException, InterruptedException {
        Path unfinished = directory.resolve("data.unfinished");
        Directories.delete(unfinished);
        // In UTF-8 and without a locale: the same order of texts on every machine.
        Process initdb = Spawn.detached(
                        ProcessBuilder.Redirect.appendTo(log.toFile()),
                        asUser(
                                binaries.program("initdb").toString(),
                                "--pgdata=" + unfinished,
                                "--username=" + USER,
                                "--pwfile=" + directory.resolve("password"),
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--no-locale"))
                .start();
        try {
            if (initdb.waitFor() != 0) {
                throw new IOException(
                        "PostgreSQL could not make its folder %s; its log is %s".formatted(unfinished, log));
            }
        } finally {
            initdb.destroy(); // where the wait was interrupted
            initdb.onExit().join();
        }
        Files.move(unfinished, data);
        Directories.sync(directory);
    }

    /** PostgreSQL refuses to be root; in a user namespace of its own it is nobody, and yet owns the files. */
    private static List<String> asUser(String... command) {
        List<String> whole = new ArrayList<>();
        if (isRoot()) {
            whole.addAll(List.of("unshare", "--user"));
        }
        whole.addAll(List.of(command));
        return whole;
    }

    private void run() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        server = launch();
        while (!takesConnections()) {
            if (!server.isAlive()) {
                // The processes of a server that was killed need a moment to notice; until then it refuses to start.
                if (Instant.now().isAfter(deadline) || !lastMessageIsOf("shared memory block")) {
                    throw new IOException(
                            "PostgreSQL ended with status %d; its log is %s".formatted(server.exitValue(), log));
                }
                server = launch();
            } else if (Instant.now().isAfter(deadline)) {
                server.destroyForcibly();
                throw new IOException("PostgreSQL took no connections within %d s; its log is %s"
                        .formatted(PATIENCE.toSeconds(), log));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private Process launch() throws IOException {
        List<String> command =
                new ArrayList<>(asUser(binaries.program("postgres").toString(), "-D", data.toString()));
        for (String setting : List.of(
                "listen_addresses=" + HOST,
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=200",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "logging_collector=off",
                "log_destination=stderr")) {
            command.addAll(List.of("-c", setting));
        }
        Process process = Spawn.detached(ProcessBuilder.Redirect.appendTo(log.toFile()), command)
                .start();
        Leash.take("INT", process);
        process.onExit().thenAccept(ended -> Leash.release(ended.pid()));
        return process;
    }

    private boolean takesConnections() {
        if (!server.isAlive()) {
            return false;
        }
        try (Connection connection = DriverManager.getConnection(url("postgres"))) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    private boolean lastMessageIsOf(String topic) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(file.length(), 2048)];
            file.seek(file.length() - end.length);
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8).contains(topic);
        }
    }

    /** Ends a server on this folder that was not ended with the process that had started it. */
    private void stopLeftover() throws IOException, InterruptedException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(pidFile);
        Optional<ProcessHandle> found = lines.isEmpty() || !lines.get(0).strip().matches("[0-9]{1,18}")
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.get(0).strip()));
        if (found.isEmpty()) {
            return; // PostgreSQL finds out by itself
        }
        ProcessHandle leftover = found.get();
        if (!leftover.info().command().orElse("").endsWith("postgres")) {
            // Not a server: the number is another process's by now, or it has ended and nobody took note. PostgreSQL
            // would
            // take it for one.
            Files.delete(pidFile);
            return;
        }
        signal("INT", leftover.pid());
        if (!endsWithin(PATIENCE, leftover)) {
            signal("QUIT", leftover.pid());
            if (!endsWithin(PATIENCE, leftover)) {
                throw new IOException("process %d, a PostgreSQL on %s, does not end".formatted(leftover.pid(), data));
            }
        }
    }

    /** Not by the handle alone: what has ended may be there until its parent takes note, and not all do. */
    private static boolean endsWithin(Duration patience, ProcessHandle process) throws InterruptedException {
        Instant deadline = Instant.now().plus(patience);
        while (process.isAlive() && process.info().command().isPresent()) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        return true;
    }
}

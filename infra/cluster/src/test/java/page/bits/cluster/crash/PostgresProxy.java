package page.bits.cluster.crash;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a transactor and its PostgreSQL, and can be {@linkplain #arm armed} to act at the one moment that no signal
 * from outside can be timed to: right before, or right after, a commit of the log. So whatever is under test needs no hook.
 *
 * <p>A commit of the log is an update of the row {@code pod-log-tail/…} that changed it. It is not encrypted: clients connect
 * with {@code sslmode=disable}.
 */
final class PostgresProxy implements AutoCloseable {

    /** When to act. */
    enum Moment {
        /** The transactor has asked for the commit, and PostgreSQL has not heard of it. */
        BEFORE_COMMIT,
        /** PostgreSQL has committed, and the transactor has not heard of it. */
        AFTER_COMMIT
    }

    private static final String ROW = "pod-log-tail/";
    private static final Set<Integer> ENCRYPTION_REQUESTS = Set.of(80877103, 80877104);

    /**
     * How long a commit is kept from PostgreSQL before the action: whoever announces a transaction before it is durable shall
     * have had the time to.
     */
    private static final long HELD_BACK = 250;

    private record Armed(Moment moment, Runnable action) {}

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Armed> armed = new AtomicReference<>();

    /** Listens on a free port of the loopback interface. */
    PostgresProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon("postgres-proxy", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** At the next such moment, runs the action instead of forwarding, and closes the connection. Once. */
    void arm(Moment moment, Runnable action) {
        armed.set(new Armed(moment, action));
    }

    boolean isArmed() {
        return armed.get() != null;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                new Session(track(server.accept())).start();
            } catch (IOException e) {
                // The server was closed, or PostgreSQL is away: that client sees its connection closed.
            }
        }
    }

    private Socket track(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        return socket;
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether it was armed for this moment, and the action has run. */
    private boolean acted(Moment moment) {
        Armed current = armed.get();
        if (current == null || current.moment() != moment || !armed.compareAndSet(current, null)) {
            return false;
        }
        current.action().run();
        return true;
    }

    private boolean isArmedFor(Moment moment) {
        Armed current = armed.get();
        return current != null && current.moment() == moment;
    }

    /** One connection, with a thread for each direction. */
    private final class Session {

        private final Socket client;
        private final Socket postgres;
        private final DataInputStream fromClient;
        private final DataOutputStream toClient;
        private final DataInputStream fromPostgres;
        private final DataOutputStream toPostgres;

        /** SQL of prepared statements, by name. */
        private final Map<String, String> statements = new ConcurrentHashMap<>();

        /** Whether the update of the log was asked for and not answered yet. */
        private volatile boolean asked;

        Session(Socket client) throws IOException {
            this.client = client;
            try {
                this.postgres = track(new Socket(InetAddress.getLoopbackAddress(), target));
            } catch (IOException e) {
                client.close();
                throw e;
            }
            this.fromClient = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            this.toClient = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
            this.fromPostgres = new DataInputStream(new BufferedInputStream(postgres.getInputStream()));
            this.toPostgres = new DataOutputStream(new BufferedOutputStream(postgres.getOutputStream()));
        }

        void start() {
            daemon("postgres-proxy-client", () -> untilClosed(this::forwardFromClient));
            daemon("postgres-proxy-postgres", () -> untilClosed(this::forwardFromPostgres));
        }

        private void untilClosed(Direction direction) {
            try (client;
                    postgres) {
                direction.forward();
            } catch (IOException e) {
                // One side is gone; closing both tells the other.
            } finally {
                sockets.remove(client);
                sockets.remove(postgres);
            }
        }

        private void forwardFromClient() throws IOException {
            forwardStartup();
            while (true) {
                PostgresFrame frame = PostgresFrame.read(fromClient);
                if (frame.type() == 'P') {
                    statements.put(frame.string(0), frame.string(1));
                }
                if (asksForCommit(frame)) {
                    asked = true;
                    if (isArmedFor(Moment.BEFORE_COMMIT)) {
                        holdBack();
                        if (acted(Moment.BEFORE_COMMIT)) {
                            return;
                        }
                    }
                }
                frame.write(toPostgres);
                flushIfIdle(fromClient, toPostgres);
            }
        }

        /** The first message has no type; before it, a client may ask for encryption, which it is refused. */
        private void forwardStartup() throws IOException {
            while (true) {
                int length = fromClient.readInt();
                int code = fromClient.readInt();
                if (ENCRYPTION_REQUESTS.contains(code)) {
                    toClient.writeByte('N');
                    toClient.flush();
                    continue;
                }
                byte[] rest = new byte[length - 2 * Integer.BYTES];
                fromClient.readFully(rest);
                toPostgres.writeInt(length);
                toPostgres.writeInt(code);
                toPostgres.write(rest);
                toPostgres.flush();
                return;
            }
        }

        private boolean asksForCommit(PostgresFrame frame) {
            return switch (frame.type()) {
                case 'B' -> frame.contains(ROW) && isUpdate(statements.getOrDefault(frame.string(1), ""));
                case 'Q' -> frame.contains(ROW) && isUpdate(frame.string(0));
                default -> false;
            };
        }

        private static boolean isUpdate(String sql) {
            return sql.strip().toLowerCase(Locale.ROOT).startsWith("update");
        }

        private void holdBack() throws IOException {
            try {
                TimeUnit.MILLISECONDS.sleep(HELD_BACK);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        private void forwardFromPostgres() throws IOException {
            List<PostgresFrame> held = new ArrayList<>();
            boolean updated = false;
            while (true) {
                PostgresFrame frame = PostgresFrame.read(fromPostgres);
                if (frame.type() == 'C') {
                    updated = completes(frame.string(0), updated);
                } else if (frame.type() == 'E') {
                    asked = false;
                }
                held.add(frame);
                if (frame.type() == 'Z') {
                    // Inside of a transaction it is the COMMIT that makes it durable.
                    if (updated && frame.status() == 'I') {
                        updated = false;
                        if (acted(Moment.AFTER_COMMIT)) {
                            return;
                        }
                    }
                }
                // What answers the update must not get out before it is known whether that was the commit.
                if (!updated || frame.type() == 'Z') {
                    for (PostgresFrame next : held) {
                        next.write(toClient);
                    }
                    held.clear();
                    flushIfIdle(fromPostgres, toClient);
                }
            }
        }

        /** Whether the log's row has been updated, and that was not rolled back. Not by ReadyForQuery: requests are pipelined. */
        private boolean completes(String tag, boolean updated) {
            if (asked && tag.startsWith("UPDATE")) {
                asked = false;
                return updated || tag.equals("UPDATE 1");
            }
            return updated && !tag.equals("ROLLBACK");
        }

        private void flushIfIdle(DataInputStream in, DataOutputStream out) throws IOException {
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    @FunctionalInterface
    private interface Direction {
        void forward() throws IOException;
    }
}

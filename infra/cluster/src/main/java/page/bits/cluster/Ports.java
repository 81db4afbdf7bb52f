package page.bits.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on loopback that nobody else listens on. */
final class Ports {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int LAST = 65_535;
    private static final int FIRST_FRESH = 20_000;
    private static final int LAST_FRESH = 32_000;
    private static final int TRIES = 50;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** The port that the file names, if it is free; else another, which the file names from now on. */
    static int kept(Path file) throws IOException {
        OptionalInt last = read(file);
        if (last.isPresent() && isFree(LOOPBACK, last.getAsInt())) {
            return last.getAsInt();
        }
        int fresh = fresh();
        Directories.write(file, Integer.toString(fresh));
        return fresh;
    }

    /**
     * Beneath those that systems take for connections that go out (from 32768 on Linux, from 49152 elsewhere): one of these
     * could have it while its process is started again. Never the same twice.
     */
    private static int fresh() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_FRESH, LAST_FRESH + 1);
            if (isFree(LOOPBACK, port) && GIVEN.add(port)) {
                return port;
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    /** The port that the file names; none where it is not there or names none. */
    static OptionalInt read(Path file) throws IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= LAST) {
                return OptionalInt.of(Integer.parseInt(text));
            }
        }
        return OptionalInt.empty();
    }

    private static boolean isFree(String host, int port) throws IOException {
        try {
            tryToListen(host, port);
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    /** @throws BindException where a server could not listen there, for one of several reasons that its message tells */
    static void tryToListen(String host, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        }
    }

    /**
     * Returns when a server could listen there.
     *
     * @param server which one, for the message; may be empty
     */
    static void refuseUnusable(String host, int port, String server) throws Refusal, IOException {
        try {
            InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new Refusal("there is no host '%s'; choose another with --host".formatted(host));
        }
        try {
            tryToListen(host, port);
        } catch (BindException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Permission denied")) {
                throw new Refusal("this user may not listen on port %d; choose another with --port".formatted(port));
            }
            if (why.contains("assign")) {
                throw new Refusal("%s is not an address of this machine; choose another with --host".formatted(host));
            }
            throw new Refusal("cannot listen on %s, port %d%s: it is in use; choose another with --port"
                    .formatted(host, port, server.isEmpty() ? "" : " for " + server));
        }
    }
}

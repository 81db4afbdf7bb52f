package page.bits.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Ports on loopback that nobody else listens on. */
final class Ports {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int LAST = 65_535;

    private Ports() {}

    /** The port that the file names, if it is free; else another, which the file names from now on. */
    static int kept(Path file) throws IOException {
        OptionalInt last = read(file);
        if (last.isPresent() && isFree(LOOPBACK, last.getAsInt())) {
            return last.getAsInt();
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            Directories.write(file, Integer.toString(socket.getLocalPort()));
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
}

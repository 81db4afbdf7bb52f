package page.bits.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Ports on loopback that nobody else listens on. */
final class Ports {

    private static final String LOOPBACK = "127.0.0.1";

    private Ports() {}

    /** The port that the file names, if it is free; else another, which the file names from now on. */
    static int kept(Path file) throws IOException {
        if (Files.exists(file)) {
            int last = Integer.parseInt(Files.readString(file).strip());
            if (isFree(LOOPBACK, last)) {
                return last;
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            Files.writeString(file, Integer.toString(socket.getLocalPort()));
            return socket.getLocalPort();
        }
    }

    /** Whether a server could listen there. */
    static boolean isFree(String host, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }
}

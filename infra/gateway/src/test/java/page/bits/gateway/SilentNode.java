package page.bits.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;

/** A node in a process of its own: it is ready, and each stream of it has one event and no end. It prints the port that it is at. */
final class SilentNode {

    private static final String READY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private static final String STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";

    private SilentNode() {}

    public static void main(String... arguments) throws IOException {
        try (ServerSocket server = new ServerSocket(0)) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> answer(socket)).start();
            }
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            String first = in.readLine();
            if (first == null) {
                return; // a connection that nothing was asked over
            }
            while (!in.readLine().isEmpty()) {}
            boolean ready = first.startsWith("GET /q/");
            socket.getOutputStream().write((ready ? READY : STREAM).getBytes(ISO_8859_1));
            if (!ready) {
                in.readLine(); // as long as the connection is there
            }
        } catch (IOException e) {
            System.err.println("SilentNode: " + e);
        }
    }
}

package page.bits.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends just the bytes that it is told to, and waits 10 s for others. */
final class Wire implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    record Answer(int status, Map<String, String> headers, String body) {}

    Wire(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBuffer the size of the socket's; 0 for the usual one */
    Wire(int port, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new BufferedInputStream(socket.getInputStream());
    }

    Wire send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Wire get(String path, String... headers) throws IOException {
        return request("GET", path, "", headers);
    }

    Wire request(String method, String path, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: bits.test\r\n");
        List.of(headers).forEach(header -> head.append(header).append("\r\n"));
        if (!body.isEmpty()) {
            head.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return send(head + "\r\n" + body);
    }

    /** Whether some of an answer has come. */
    boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    Answer answer() throws IOException {
        Answer head = head();
        if (head.headers.containsKey("content-length")) {
            byte[] body = in.readNBytes(Integer.parseInt(head.headers.get("content-length")));
            return new Answer(head.status, head.headers, new String(body, StandardCharsets.UTF_8));
        }
        StringBuilder body = new StringBuilder();
        if ("chunked".equals(head.headers.get("transfer-encoding"))) {
            for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
                body.append(chunk);
            }
        }
        return new Answer(head.status, head.headers, body.toString());
    }

    /** The next answer's head alone. */
    Answer head() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        return new Answer(status, headers, "");
    }

    /** The next chunk of a body, empty at its end. */
    String chunk() throws IOException {
        byte[] chunk = in.readNBytes(Integer.parseInt(line(), 16));
        line();
        return new String(chunk, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("in the middle of a line: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** Waits for the end of the connection, and tells whether nothing came before it. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            return true; // reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

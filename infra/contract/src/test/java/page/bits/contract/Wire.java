package page.bits.contract;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Optional;

/**
 * A connection to a server on this machine, over which requests go byte for byte as they are, also those that no client of
 * HTTP would send. Connects when it must, and again after the server has closed. Not for several threads.
 */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final int port;
    private Socket socket;
    private InputStream in;

    Wire(int port) {
        this.port = port;
    }

    /** Sends one request and waits for its answer. */
    Answer send(byte[] request) {
        try {
            connect();
            return exchange(request);
        } catch (IOException e) {
            disconnect();
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends two requests at once and waits for both answers; the second anew where the server closed the connection after the
     * first.
     *
     * @param headOnly whether the first is answered without a body
     */
    Answer[] pipeline(byte[] first, boolean headOnly, byte[] second) {
        try {
            connect();
            byte[] both = new byte[first.length + second.length];
            System.arraycopy(first, 0, both, 0, first.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            write(both);
            Answer answer = Answer.read(in, headOnly)
                    .orElseThrow(() -> new IOException("the connection was closed without an answer"));
            Optional<Answer> next = answer.closes() ? Optional.empty() : Answer.read(in, false);
            if (next.isPresent()) {
                return new Answer[] {answer, next.get()};
            }
            disconnect();
            connect();
            return new Answer[] {answer, exchange(second)};
        } catch (IOException e) {
            disconnect();
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends bytes that may be no request at all on a connection of their own, and reads what comes back until the server
     * closes it, which it must.
     */
    byte[] sendAlone(byte[] bytes) {
        disconnect();
        try {
            connect();
            write(bytes);
            socket.shutdownOutput();
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            disconnect();
        }
    }

    private Answer exchange(byte[] request) throws IOException {
        write(request);
        Answer answer = Answer.read(in, false)
                .orElseThrow(() -> new IOException("the connection was closed without an answer"));
        if (answer.closes()) {
            disconnect();
        }
        return answer;
    }

    private void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    private void connect() throws IOException {
        if (socket == null) {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        }
    }

    private void disconnect() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                socket = null;
            }
        }
    }

    @Override
    public void close() {
        disconnect();
    }
}

package page.bits.cluster.hosted;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes TCP on from one address to another, and can hold what comes back. */
final class StallableProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private boolean stalled;

    /** Listens on {@code host} and goes to 127.0.0.1, on the same port. */
    StallableProxy(String host, int port) throws IOException {
        this.port = port;
        this.server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(host, port));
        start(this::accept);
    }

    /** How many connections there have been. */
    int accepted() {
        return accepted.get();
    }

    /** From now on, nothing that the far end says arrives, until {@link #goOn()}. */
    synchronized void stall() {
        stalled = true;
    }

    synchronized void goOn() {
        stalled = false;
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        goOn();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                connect(server.accept());
            } catch (IOException e) {
                // Closed, or nobody is there; whoever tries again finds out.
            }
        }
    }

    private void connect(Socket near) throws IOException {
        sockets.add(near);
        Socket far;
        try {
            far = new Socket(InetAddress.getByName("127.0.0.1"), port);
        } catch (IOException e) {
            near.close();
            throw e;
        }
        sockets.add(far);
        accepted.incrementAndGet();
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        start(() -> pass(near, far, false));
        start(() -> pass(far, near, true));
    }

    private void pass(Socket from, Socket to, boolean mayStall) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (mayStall) {
                    awaitGoingOn();
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // An end like any other; the other direction ends as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void awaitGoingOn() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "stallable-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}

package page.bits.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * Another machine, that can vanish: a network namespace of Linux behind a cable of its own. Once it has vanished nothing that is
 * sent to it is answered, not even by an error, and nothing of what was begun there is ever closed.
 *
 * <p>It takes root and iproute2: a test that has neither is skipped, and says so.
 */
public final class OtherMachine implements AutoCloseable {

    /** Of which each takes four addresses: 198.18.0.0/15 is set aside for tests (RFC 2544). */
    private static final int NETWORKS = 1 << 15;

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final String name;
    private final String here;
    private final String there;
    private final List<Process> processes = new ArrayList<>();

    private OtherMachine(String name, int network) {
        this.name = name;
        this.here = address(4 * network + 1);
        this.there = address(4 * network + 2);
    }

    private static String address(int number) {
        return "198.%d.%d.%d".formatted(18 + (number >> 16), number >> 8 & 0xff, number & 0xff);
    }

    /** Starts one that reaches us, or skips the test. */
    public static OtherMachine start() {
        // Unique among all processes; a name of an interface has at most 15 characters.
        int number = STARTED.incrementAndGet();
        long process = ProcessHandle.current().pid();
        OtherMachine machine =
                new OtherMachine("bits%d-%d".formatted(process, number), (int) ((31 * process + number) % NETWORKS));
        try {
            run("ip", "netns", "add", machine.name);
        } catch (IOException | IllegalStateException e) {
            System.out.println(
                    "SKIPPED: no test of a machine that vanishes without root and iproute2: " + e.getMessage());
            Assumptions.abort(e.getMessage());
        }
        try {
            machine.connect();
        } catch (IOException | RuntimeException e) {
            machine.close();
            throw new IllegalStateException(e);
        }
        return machine;
    }

    private void connect() throws IOException {
        run("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", name);
        run("ip", "address", "add", here + "/30", "dev", name);
        run("ip", "link", "set", name, "up");
        run("ip", "-n", name, "address", "add", there + "/30", "dev", name);
        run("ip", "-n", name, "link", "set", name, "up");
        String link = run("ip", "netns", "exec", name, "cat", "/sys/class/net/" + name + "/address");
        // As from behind a router: that it has vanished can't be seen by its not answering ARP.
        run("ip", "neighbour", "replace", there, "lladdr", link.strip(), "dev", name, "nud", "permanent");
    }

    /** Our address, as it sees us. */
    public String here() {
        return here;
    }

    /**
     * Has it ask for a stream, and waits for the first event.
     *
     * @param port where we listen
     */
    public void openStream(int port, String path) {
        String script = "exec 3<>/dev/tcp/%s/%d && printf 'GET %s HTTP/1.1\\r\\nHost: %1$s:%2$d\\r\\n"
                        .formatted(here, port, path)
                + "Accept: text/event-stream\\r\\n\\r\\n' >&3 && exec cat <&3";
        try {
            Process client = new ProcessBuilder("ip", "netns", "exec", name, "bash", "-c", script)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            processes.add(client);
            StringBuilder received = new StringBuilder();
            while (received.indexOf("\ndata:") < 0) {
                int next = client.getInputStream().read();
                if (next < 0) {
                    throw new IllegalStateException("No stream came, but: " + received);
                }
                received.append((char) next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on it takes no packet, and sends none. */
    public void vanish() {
        try {
            run("ip", "-n", name, "address", "flush", "dev", name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        for (String[] command :
                List.of(new String[] {"ip", "netns", "delete", name}, new String[] {"ip", "link", "delete", name})) {
            try {
                run(command);
            } catch (IOException | IllegalStateException e) {
                // One takes the other with it, sooner or later.
            }
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return output;
    }
}

package page.bits.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
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
            ours("ip", "netns", "add", machine.name);
            machine.connect();
        } catch (IOException | IllegalStateException e) {
            machine.close();
            System.out.println("SKIPPED: no machine can vanish here, which takes root and iproute2: " + e.getMessage());
            Assumptions.abort(e.getMessage());
        }
        return machine;
    }

    private void connect() throws IOException {
        ours("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", name);
        ours("ip", "address", "add", here + "/30", "dev", name);
        ours("ip", "link", "set", name, "up");
        ours("ip", "-n", name, "address", "add", there + "/30", "dev", name);
        ours("ip", "-n", name, "link", "set", name, "up");
        String link = ours("ip", "netns", "exec", name, "cat", "/sys/class/net/" + name + "/address");
        // As from behind a router: that it has vanished can't be seen by its not answering ARP.
        ours("ip", "neighbour", "replace", there, "lladdr", link.strip(), "dev", name, "nud", "permanent");
    }

    /** Our address, as it sees us. */
    public String here() {
        return here;
    }

    /** Its address, as we see it. */
    public String there() {
        return there;
    }

    /** Runs a program there, until {@link #close()}. What it has to say about errors goes to our own. */
    public Process run(List<String> program) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
        command.addAll(program);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        InputStream received = run(List.of("bash", "-c", script)).getInputStream();
        StringBuilder text = new StringBuilder();
        try {
            while (text.indexOf("\ndata:") < 0) {
                int next = received.read();
                if (next < 0) {
                    throw new IllegalStateException("No stream came, but: " + text);
                }
                text.append((char) next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on it takes no packet, and sends none. */
    public void vanish() {
        try {
            ours("ip", "-n", name, "address", "flush", "dev", name);
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
                ours(command);
            } catch (IOException | IllegalStateException e) {
                // One takes the other with it, sooner or later.
            }
        }
    }

    private static String ours(String... command) throws IOException {
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

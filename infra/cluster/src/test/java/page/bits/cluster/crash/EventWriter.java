package page.bits.cluster.crash;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes events to a file from a thread of its own, so that the threads they happen on never wait for a disk. The file is
 * some milliseconds behind, and whole once this is finished.
 */
final class EventWriter {

    private static final long PAUSE = 20;

    private final ConcurrentLinkedQueue<ClientEvent> events = new ConcurrentLinkedQueue<>();
    private final BufferedWriter file;
    private final Thread writer = new Thread(this::write, "event-writer");
    private volatile boolean finishing;

    EventWriter(Path path) throws IOException {
        this.file = Files.newBufferedWriter(path);
        writer.setDaemon(true);
        writer.start();
    }

    /** Any thread; events of one thread keep their order. */
    void add(ClientEvent event) {
        events.add(event);
    }

    void finish() throws InterruptedException {
        finishing = true;
        writer.join();
    }

    private void write() {
        try (file) {
            boolean last;
            do {
                last = finishing;
                for (ClientEvent event = events.poll(); event != null; event = events.poll()) {
                    file.write(event.line());
                    file.newLine();
                }
                file.flush();
                Thread.sleep(PAUSE);
            } while (!last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing interrupts the writer", e);
        }
    }
}

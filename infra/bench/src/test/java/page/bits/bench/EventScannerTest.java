package page.bits.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventScannerTest {

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String STREAM = HEAD
            + chunk("retry: 2000\n\n")
            + chunk("event: snapshot\nid: k3f9.1042\ndata: {\"text\":\"id: k3f9.7\"}\ndata: more\n\n")
            + chunk("event: keepalive\ndata: {\"t\":1043,\"stale\":false}\n\n")
            + chunk("event: delta\nid: 7.1050\ndata: {}\n\nevent: delta\nid: 7.1051\ndata: {}\n\n");
    private static final List<Long> EVENTS = List.of(1042L, EventScanner.NO_ID, 1050L, 1051L);

    private final EventScanner scanner = new EventScanner();

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private List<Long> scan(String... reads) throws IOException {
        List<Long> events = new ArrayList<>();
        for (String read : reads) {
            scanner.scan(ByteBuffer.wrap(read.getBytes(StandardCharsets.UTF_8)), events::add);
        }
        return events;
    }

    @Test
    void eventsAreFoundByTheirIds() throws IOException {
        assertEquals(EVENTS, scan(STREAM));
    }

    @Test
    void itDoesNotMatterHowTheBytesAreCut() throws IOException {
        for (int cut = 0; cut <= STREAM.length(); cut++) {
            List<Long> events = new EventScannerTest().scan(STREAM.substring(0, cut), STREAM.substring(cut));
            assertEquals(EVENTS, events, "cut at " + cut);
        }
        assertEquals(EVENTS, scan(STREAM.split("")));
    }

    @Test
    void itDoesNotMatterHowAnEventIsCutIntoChunks() throws IOException {
        assertEquals(
                List.of(1042L),
                scan(HEAD, chunk("event: snapshot\ni"), chunk("d: k3f9.10"), chunk("42\ndata: {}\n\n")));
    }

    @Test
    void anEventCountsWhenItIsComplete() throws IOException {
        assertEquals(List.of(), scan(HEAD, chunk("event: delta\nid: k3f9.1042\ndata: {}\n")));
        assertEquals(List.of(1042L), scan(chunk("\n")));
    }

    @Test
    void theEndIsSeen() throws IOException {
        assertEquals(EVENTS, scan(STREAM, "0\r\n\r\n"));
        assertTrue(scanner.hasEnded());
    }

    @Test
    void aRefusalIsNoStream() {
        IOException refused = assertThrows(
                IOException.class, () -> scan("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}"));
        assertEquals("a stream was refused with status 503", refused.getMessage());
    }

    @Test
    void anAnswerWithoutChunksIsNoStream() {
        assertThrows(IOException.class, () -> scan("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    }
}

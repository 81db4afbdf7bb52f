package page.bits.cluster.hosted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventParserTest {

    private final List<Event> events = new ArrayList<>();
    private final EventParser parser = new EventParser("k.1", 3000, events::add);

    @Test
    void itMakesNoDifferenceWhereTheBytesAreCutAndHowLinesEnd() {
        read("retry: 2000\r\n\r\n: a comment\r\nevent: delta\rid: k.7\ndata:ä\r\ndata:  b\n\n");
        assertEquals(List.of(new Event("delta", "k.7", "ä\n b")), events);
        assertEquals(2000, parser.retry());
        assertEquals("k.7", parser.lastId());
    }

    @Test
    void halfAnEventIsNoEventAndMovesNoId() {
        read("event: delta\nid: k.7\ndata: x\n");
        assertEquals(List.of(), events);
        assertEquals("k.1", parser.lastId());
    }

    @Test
    void anEventWithoutAnIdKeepsTheLast() {
        read("id: k.7\ndata: x\n\nevent: keepalive\ndata: y\n\n");
        assertEquals(List.of(new Event("message", "k.7", "x"), new Event("keepalive", "", "y")), events);
        assertEquals("k.7", parser.lastId());
    }

    private void read(String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            parser.read(new byte[] {b}, 1);
        }
    }
}

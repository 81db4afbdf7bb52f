package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import page.bits.sse.EventReader.Event;

/** The reader that other tests trust, against the standard's own examples. */
class EventReaderTest {

    @Test
    void theStandardsExamplesAreReadAsItSays() {
        assertRead("data: YHOO\ndata: +2\ndata: 10\n\n", new Event("message", "", "YHOO\n+2\n10"));
        assertRead(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
                new Event("message", "1", "first event"),
                new Event("message", "", "second event"));
        assertRead("data\n\ndata\ndata\n\ndata:", new Event("message", "", ""), new Event("message", "", "\n"));
        assertRead("data:test\n\ndata: test\n\n", new Event("message", "", "test"), new Event("message", "", "test"));
    }

    @Test
    void everyLineBreakEndsALineOnceHoweverItIsCut() {
        assertRead(
                "\uFEFFevent: a\rdata: 1\r\rdata: 2\r\n\r\ndata: 3\n\n",
                new Event("a", "", "1"),
                new Event("message", "", "2"),
                new Event("message", "", "3"));
    }

    @Test
    void anIdWithNulIsNone() {
        assertRead("id: 1\nid: 2\0\ndata\n\n", new Event("message", "1", ""));
    }

    @Test
    void anEventThatHasNotEndedIsNone() {
        EventReader reader = new EventReader();
        reader.read("event: a\ndata: 1\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(), reader.events());
        assertFalse(reader.isBetweenEvents());
    }

    private static void assertRead(String stream, Event... events) {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            EventReader reader = new EventReader();
            reader.read(bytes, 0, cut);
            reader.read(bytes, cut, bytes.length - cut);
            assertEquals(List.of(events), reader.events());
        }
    }
}

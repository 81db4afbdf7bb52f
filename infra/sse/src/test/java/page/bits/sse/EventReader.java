package page.bits.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads an event stream as a browser does, from bytes that may be cut anywhere.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML, Parsing an
 *     event stream</a>
 */
public final class EventReader {

    /**
     * What a browser hands to a page.
     *
     * @param id the last event id at that moment, this event's or that of one before
     */
    public record Event(String name, String id, String data) {}

    private final List<Event> events = new ArrayList<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean afterCarriageReturn;
    private boolean afterFirstLine;

    private final StringBuilder data = new StringBuilder();
    private String name = "";
    private String id = "";
    private String lastId = "";
    private OptionalLong retry = OptionalLong.empty();

    /** Reads on. A line that has not ended yet waits for its end, and an event for its blank line. */
    public void read(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            read(bytes[i]);
        }
    }

    public void read(byte[] bytes) {
        read(bytes, 0, bytes.length);
    }

    /** All events so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** All events since the last call, which are forgotten. */
    public List<Event> take() {
        List<Event> taken = events();
        events.clear();
        return taken;
    }

    /** What a browser would send as {@code Last-Event-ID}; empty if it would not. */
    public String lastEventId() {
        return lastId;
    }

    /** The time to wait before connecting again, in milliseconds, if the stream has told. */
    public OptionalLong retry() {
        return retry;
    }

    /** Whether the stream stands between two events; if not, a browser drops what it has of the last one. */
    public boolean isBetweenEvents() {
        return line.size() == 0 && data.isEmpty() && name.isEmpty();
    }

    private void read(byte b) {
        boolean secondOfTwo = afterCarriageReturn && b == '\n';
        afterCarriageReturn = b == '\r';
        if (b == '\r' || b == '\n' && !secondOfTwo) {
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            boolean mark = !afterFirstLine && text.startsWith("\uFEFF");
            afterFirstLine = true;
            readLine(mark ? text.substring(1) : text);
        } else if (b != '\n') {
            line.write(b);
        }
    }

    private void readLine(String text) {
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            readField(text, "");
        } else if (colon > 0) {
            String value = text.substring(colon + 1);
            readField(text.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        }
    }

    private void readField(String field, String value) {
        switch (field) {
            case "event" -> name = value;
            case "data" -> data.append(value).append('\n');
            case "id" -> id = value.indexOf('\0') < 0 ? value : id;
            case "retry" -> retry = value.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(value)) : retry;
            default -> {
                // To be ignored.
            }
        }
    }

    private void dispatch() {
        lastId = id;
        if (!data.isEmpty()) {
            events.add(new Event(name.isEmpty() ? "message" : name, lastId, data.substring(0, data.length() - 1)));
        }
        data.setLength(0);
        name = "";
    }
}

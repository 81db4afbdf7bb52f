package page.bits.cluster.hosted;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads one event stream as a browser does, from bytes that may be cut anywhere. What has no blank line after it is never
 * handed on.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML, Parsing an
 *     event stream</a>
 */
public final class EventParser {

    private final Consumer<Event> events;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean afterCarriageReturn;
    private boolean first = true;
    private final StringBuilder data = new StringBuilder();
    private String name = "";
    private String id = "";
    private String lastId;
    private long retry;

    /**
     * @param lastId the last event id of the connection before, or nothing
     * @param retry the time to wait before connecting again, in milliseconds, until the stream tells another
     */
    public EventParser(String lastId, long retry, Consumer<Event> events) {
        this.lastId = lastId;
        this.retry = retry;
        this.events = events;
    }

    public void read(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            read(bytes[i]);
        }
    }

    /** What a browser would send as {@code Last-Event-ID}; empty if it would not. */
    public String lastId() {
        return lastId;
    }

    public long retry() {
        return retry;
    }

    private void read(byte b) {
        boolean secondOfTwo = afterCarriageReturn && b == '\n';
        afterCarriageReturn = b == '\r';
        if (secondOfTwo) {
            return;
        }
        if (b != '\r' && b != '\n') {
            line.write(b);
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        boolean marked = first && text.startsWith("\uFEFF");
        first = false;
        readLine(marked ? text.substring(1) : text);
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
            case "retry" -> retry = value.matches("[0-9]{1,9}") ? Long.parseLong(value) : retry;
            default -> {
                // To be ignored.
            }
        }
    }

    private void dispatch() {
        if (!id.isEmpty()) {
            lastId = id;
        }
        if (!data.isEmpty()) {
            events.accept(new Event(name.isEmpty() ? "message" : name, id, data.substring(0, data.length() - 1)));
        }
        data.setLength(0);
        name = "";
        id = "";
    }
}

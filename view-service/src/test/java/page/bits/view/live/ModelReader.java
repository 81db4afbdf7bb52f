package page.bits.view.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import page.bits.sse.ChunkedBody;
import page.bits.view.Json;
import page.bits.view.ViewKey;

/**
 * A reader that keeps what it was told and has each event checked the moment it comes. It reads only when it is {@linkplain #read
 * told to}, so it can be slow, and it can be cut off anywhere.
 */
final class ModelReader {

    /** What a state has to be. */
    interface Truth {

        /** The t of the newest transaction. */
        long newest();

        /** A view at a t, as JSON text, or {@link Replica#GONE}. */
        String view(ViewKey name, long t);

        /** The bytes of the event that leads from one t to another; from -1, from nothing. */
        String frame(Selection selection, Format format, long from, long to);
    }

    private static final ByteBuffer BYTES = ByteBuffer.allocate(1 << 16);

    private final int number;
    private final Truth truth;
    private final Json json;
    private final ObjectMapper mapper = new ObjectMapper();
    private Selection selection;
    private Format format;
    private Map<ViewKey, Replica> replicas = new HashMap<>();
    private String epoch = "";
    private long t = -1;

    private SocketChannel connection;
    private boolean headRead;
    private boolean anythingRead;
    private long resumedFrom;
    private boolean mayGoBack;
    private int status;
    private ByteArrayOutputStream head;
    private StringBuilder pending;
    private ByteArrayOutputStream body;
    private ChunkedBody chunks;

    private boolean stalled;
    private int checked;
    private int events;

    ModelReader(int number, Truth truth, Json json) {
        this.number = number;
        this.truth = truth;
        this.json = json;
    }

    /** Starts with nothing. */
    void subscribe(Selection selection, Format format, ModelNode node) throws IOException {
        this.selection = selection;
        this.format = format;
        forget();
        connect(node, "", "");
    }

    /** Comes back with what it has, at any node. */
    void resume(Random random, ModelNode node) throws IOException {
        if (t < 0) {
            connect(node, "", "");
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> connect(node, "from=" + t, "");
            case 1, 2, 3 -> connect(node, "from=" + epoch + "." + t, "");
            case 4 -> {
                // From another history, as after a restore: what it has is worth nothing.
                connect(node, "from=zzzz." + t, "");
                resumedFrom = -1;
            }
            default -> connect(node, "from=" + epoch + ".1", "Last-Event-ID: " + epoch + "." + t + "\r\n");
        }
        // A node that does not come to what it has seen sends a snapshot in the end, whatever its t.
        mayGoBack = node.isPaused();
    }

    private void forget() {
        replicas = new HashMap<>();
        selection.views().forEach(name -> replicas.put(name, new Replica(name, json)));
        t = -1;
    }

    private void connect(ModelNode node, String parameters, String header) throws IOException {
        close();
        resumedFrom = t;
        mayGoBack = false;
        headRead = false;
        anythingRead = false;
        status = 0;
        head = new ByteArrayOutputStream();
        pending = new StringBuilder();
        body = new ByteArrayOutputStream();
        chunks = new ChunkedBody(chunk -> body.writeBytes(chunk));
        connection = SocketChannel.open();
        connection.setOption(StandardSocketOptions.SO_RCVBUF, 8_192);
        connection.connect(new InetSocketAddress("127.0.0.1", node.port()));
        connection.configureBlocking(false);
        StringBuilder target = new StringBuilder("/views");
        String separator = "?";
        if (selection.rounds()) {
            for (ViewKey name : selection.views()) {
                target.append(separator).append(name.feature()).append('=').append(name.key());
                separator = "&";
            }
        } else {
            target.append('/').append(selection.views().get(0));
        }
        target.append(separator).append("format=").append(format.name().toLowerCase());
        if (!parameters.isEmpty()) {
            target.append('&').append(parameters);
        }
        ByteBuffer request = StandardCharsets.US_ASCII.encode(
                "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + header + "\r\n");
        while (request.hasRemaining()) {
            connection.write(request);
        }
    }

    /** Takes what has come. @return whether it is still connected */
    boolean read() throws IOException {
        return read(Integer.MAX_VALUE);
    }

    /** Takes so many bytes of what has come, if that many have. */
    boolean read(int most) throws IOException {
        int left = most;
        while (connection != null && left > 0) {
            BYTES.clear().limit(Math.min(left, BYTES.capacity()));
            int count;
            try {
                count = connection.read(BYTES);
            } catch (IOException e) {
                // A node that gives up a reader resets its connection.
                count = -1;
            }
            if (count == 0) {
                return true;
            }
            if (count < 0) {
                close();
                return false;
            }
            left -= count;
            take(BYTES.array(), count);
        }
        return connection != null;
    }

    private void take(byte[] bytes, int count) {
        int from = 0;
        while (!headRead && from < count) {
            head.write(bytes[from++]);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            if (text.endsWith("\r\n\r\n")) {
                headRead = true;
                status = Integer.parseInt(text.substring(9, 12));
                assertTrue(status == 200 || status == 404, () -> "refused: " + text + " to " + this);
            }
        }
        if (status != 200) {
            return;
        }
        chunks.read(bytes, from, count - from);
        String text = body.toString(StandardCharsets.UTF_8);
        int end = text.lastIndexOf("\n\n");
        if (end < 0) {
            return;
        }
        // Events hold no empty line, and each ends with one.
        String whole = text.substring(0, end + 2);
        byte[] rest = body.toByteArray();
        int length = whole.getBytes(StandardCharsets.UTF_8).length;
        body.reset();
        body.write(rest, length, rest.length - length);
        for (String event : whole.split("(?<=\n\n)")) {
            take(event);
        }
    }

    private void take(String event) {
        if (event.startsWith("retry: ")) {
            return;
        }
        events++;
        String name = field(event, "event");
        switch (name) {
            case "keepalive" -> checkKeepalive(tree(field(event, "data")));
            case "reconnect" -> {
                // Followed by the end.
            }
            default -> checkAndApply(name, event);
        }
        anythingRead = true;
    }

    /**
     * Whatever it has is what there is at the t it is told, or at its own if that is newer; or later, where a change has been
     * undone that its node knew of by then, but had not come to in its turn.
     */
    private void checkKeepalive(JsonNode data) {
        long told = Math.max(data.get("t").asLong(), t);
        if (format == Format.JSON
                && t >= 0
                && LongStream.rangeClosed(told, truth.newest()).noneMatch(this::isState)) {
            checkState("told by a keepalive", told);
        }
        checked++;
    }

    private void checkAndApply(String name, String event) {
        String id = field(event, "id");
        int dot = id.indexOf('.');
        epoch = id.substring(0, dot);
        long at = Long.parseLong(id.substring(dot + 1));
        boolean first = !anythingRead;
        boolean afresh =
                first && (resumedFrom < 0 || mayGoBack && event.equals(truth.frame(selection, format, -1, at)));
        long from = afresh ? -1 : t;
        assertTrue(afresh || at > t, () -> "t went from " + t + " to " + at + " in " + this);
        assertEquals(
                truth.frame(selection, format, from, at),
                event,
                () -> "not what leads from " + from + " to " + at + " in " + this);
        if (afresh) {
            forget();
        }
        t = at;
        if (format == Format.JSON) {
            JsonNode data = tree(field(event, "data"));
            assertEquals(at, data.get("t").asLong());
            if (selection.rounds()) {
                data.get("events").forEach(part -> apply(part.get("event").asText(), part));
            } else {
                apply(name, data);
            }
            checkState("after " + name, at);
        }
        checked++;
    }

    private void apply(String event, JsonNode data) {
        ViewKey name = new ViewKey(data.get("feature").asText(), data.get("key").asText());
        Replica replica = replicas.get(name);
        assertTrue(replica != null, name + " was not asked for by " + this);
        replica.apply(event, data);
    }

    private void checkState(String when, long at) {
        replicas.forEach((name, replica) -> assertEquals(
                truth.view(name, at), replica.view(), () -> name + " at " + at + ", " + when + " in " + this));
    }

    private boolean isState(long at) {
        return replicas.entrySet().stream()
                .allMatch(each ->
                        truth.view(each.getKey(), at).equals(each.getValue().view()));
    }

    /** Whether what it has is what there is at a t. */
    boolean has(long at) {
        if (format == Format.JSON) {
            return isState(at);
        }
        return t >= 0
                && selection.views().stream()
                        .allMatch(name -> truth.view(name, at).equals(truth.view(name, t)));
    }

    /** One field of an event; data of several lines as a browser would hand it over. */
    private static String field(String event, String name) {
        StringBuilder value = new StringBuilder();
        for (String line : event.split("\n")) {
            if (line.startsWith(name + ": ")) {
                value.append(value.isEmpty() ? "" : "\n").append(line.substring(name.length() + 2));
            }
        }
        return value.toString();
    }

    private JsonNode tree(String data) {
        try {
            return mapper.readTree(data);
        } catch (IOException e) {
            throw new AssertionError(data, e);
        }
    }

    boolean isConnected() {
        return connection != null;
    }

    /** Whether it was told that there is no such thing. */
    boolean isRefused() {
        return headRead && status != 200;
    }

    boolean isStalled() {
        return stalled;
    }

    void stall(boolean stalled) {
        this.stalled = stalled;
    }

    Selection selection() {
        return selection;
    }

    /** Whether all of what it asked for is no more. */
    boolean isGone(long at) {
        return selection.views().stream().allMatch(name -> truth.view(name, at).equals(Replica.GONE));
    }

    int checked() {
        return checked;
    }

    int events() {
        return events;
    }

    void close() throws IOException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    @Override
    public String toString() {
        return "reader " + number + " of " + selection + " as " + format + " at t " + t + ", resumed from "
                + resumedFrom;
    }
}

package page.bits.sse;

/** The names an event can have. An enum, so that no text from outside ever becomes one. */
public enum EventName {
    /** A whole view. */
    SNAPSHOT,
    /** What changed since the state the reader has. */
    DELTA,
    /** A whole view as HTML, to be morphed into the page. */
    MORPH,
    /** What happened to several views, as one event. */
    ROUND,
    /** Nothing changed; tells how far the node has come. Bears no id. */
    KEEPALIVE,
    /** What was watched is no more. */
    GONE,
    /** The node goes away; come back a little later. */
    RECONNECT;

    private final String text = name().toLowerCase(java.util.Locale.ROOT);

    /** As it stands in the stream. */
    public String text() {
        return text;
    }
}

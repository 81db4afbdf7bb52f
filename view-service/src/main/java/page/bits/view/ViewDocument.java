package page.bits.view;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** The JSON documents of a view, the same in a reply and in an event. */
public final class ViewDocument {

    private ViewDocument() {}

    /** A whole view: the body of a reply, and the data of a {@code snapshot}. */
    @JsonPropertyOrder({"feature", "key", "t", "view"})
    public record Snapshot(String feature, String key, long t, Object view) {}

    /** The data of a {@code delta}: what the feature says, beside what is in every event. */
    @JsonPropertyOrder({"feature", "key", "t", "change"})
    public record Delta(
            String feature,
            String key,
            long t,
            @JsonUnwrapped Object change) {}

    /** The data of {@code gone}. */
    @JsonPropertyOrder({"feature", "key", "t"})
    public record Gone(String feature, String key, long t) {}

    /** The data of a {@code keepalive}. */
    @JsonPropertyOrder({"t", "stale"})
    public record Keepalive(long t, boolean stale) {}
}

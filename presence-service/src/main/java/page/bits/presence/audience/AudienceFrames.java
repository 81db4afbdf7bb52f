package page.bits.presence.audience;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import page.bits.peer.Epoch;
import page.bits.presence.Handle;
import page.bits.presence.peer.NamedViewer;
import page.bits.sse.EventId;
import page.bits.sse.EventName;
import page.bits.sse.Frame;

/** Writes audiences as JSON, the same in a reply and in an event. Any thread. */
public final class AudienceFrames {

    private final ObjectMapper json;
    private final Supplier<Epoch> epoch;
    private final BooleanSupplier stale;

    /**
     * @param epoch of the presence database
     * @param stale whether what this node knows may be old
     */
    public AudienceFrames(ObjectMapper json, Supplier<Epoch> epoch, BooleanSupplier stale) {
        this.json = json;
        this.epoch = epoch;
        this.stale = stale;
    }

    /** A named viewer as it is told. */
    public record Viewer(String id, String name, String since) {

        /** All of one length, so that they sort as text as they do in time. */
        private static final DateTimeFormatter MILLISECONDS =
                new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

        static Viewer of(NamedViewer viewer) {
            return new Viewer(viewer.id(), viewer.name(), MILLISECONDS.format(viewer.since()));
        }

        static List<Viewer> of(List<NamedViewer> viewers) {
            return viewers.stream().map(Viewer::of).toList();
        }
    }

    /** A whole audience: the body of a reply, and the data of a {@code snapshot}. */
    @JsonPropertyOrder({"creator", "t", "count", "viewers", "anonymous", "stale"})
    public record Snapshot(String creator, long t, int count, List<Viewer> viewers, int anonymous, boolean stale) {}

    /** The data of a {@code delta}: whoever is in {@code joined} replaces the one of the same id, or comes in by since and id. */
    @JsonPropertyOrder({"creator", "t", "count", "joined", "left", "anonymous", "stale"})
    public record Delta(
            String creator, long t, int count, List<Viewer> joined, List<String> left, int anonymous, boolean stale) {}

    /** The data of a {@code keepalive}. */
    @JsonPropertyOrder({"t", "stale"})
    record Keepalive(long t, boolean stale) {}

    public Snapshot document(Handle creator, long t, AudienceView view) {
        return new Snapshot(
                creator.value(), t, view.count(), Viewer.of(view.viewers()), view.anonymous(), stale.getAsBoolean());
    }

    Frame snapshot(Handle creator, long t, AudienceView view) {
        return Frame.of(EventName.SNAPSHOT, id(t), write(document(creator, t, view)));
    }

    /** @param from whom the reader shows */
    Frame delta(Handle creator, long t, List<NamedViewer> from, AudienceView to) {
        Map<String, NamedViewer> before = new HashMap<>();
        from.forEach(viewer -> before.put(viewer.id(), viewer));
        Set<String> after = to.viewers().stream().map(NamedViewer::id).collect(Collectors.toSet());
        List<NamedViewer> joined = to.viewers().stream()
                .filter(viewer -> !viewer.equals(before.get(viewer.id())))
                .toList();
        List<String> left = from.stream()
                .map(NamedViewer::id)
                .filter(id -> !after.contains(id))
                .toList();
        return Frame.of(
                EventName.DELTA,
                id(t),
                write(new Delta(
                        creator.value(),
                        t,
                        to.count(),
                        Viewer.of(joined),
                        left,
                        to.anonymous(),
                        stale.getAsBoolean())));
    }

    /** @param t up to which the reader was told all */
    public Frame keepalive(long t) {
        return Frame.of(EventName.KEEPALIVE, write(new Keepalive(t, stale.getAsBoolean())));
    }

    private EventId id(long t) {
        return new EventId(epoch.get().value(), t);
    }

    private String write(Object document) {
        try {
            return json.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an audience that can't be written as JSON", e);
        }
    }
}

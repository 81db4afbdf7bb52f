package page.bits.view.live;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import datomic.Database;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import page.bits.sse.EventId;
import page.bits.sse.EventName;
import page.bits.sse.Frame;
import page.bits.view.Json;
import page.bits.view.ViewDocument;

/**
 * Encodes what readers get. A frame is a function of the renderings that it leads from and to, and of its id: whoever makes it,
 * whenever, its bytes are the same.
 */
@Singleton
class Frames {

    private final Json json;
    private final Template gone;

    Frames(Json json, @Location("gone.html") Template gone) {
        this.json = json;
        this.gone = gone;
    }

    /** What one event tells of one view. */
    private record Part(EventName event, Object document) {}

    /** The data of a {@code round}. */
    @JsonPropertyOrder({"t", "events"})
    record Round(long t, List<RoundPart> events) {}

    /** One of its events: the data of that event, and its name. */
    @JsonPropertyOrder({"event", "document"})
    record RoundPart(String event, @JsonUnwrapped Object document) {}

    /** An event, and what it is called. */
    record Named(EventName name, Frame frame) {}

    /** All that a reader without anything needs. */
    Named whole(Selection selection, Format format, EventId id, List<Rendering<?>> parts) {
        if (format == Format.HTML && (selection.rounds() || parts.get(0).isThere())) {
            return morph(id, parts);
        }
        return named(selection, id, parts.stream().map(part -> whole(id, part)).toList());
    }

    /**
     * What leads a reader from one state to another.
     *
     * @param db the database value of {@code to}
     * @return none if they are the same
     */
    Optional<Named> change(
            Selection selection,
            Format format,
            EventId id,
            List<Rendering<?>> from,
            List<Rendering<?>> to,
            Database db) {
        List<Rendering<?>> changed = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < to.size(); i++) {
            if (!to.get(i).shows(from.get(i))) {
                changed.add(to.get(i));
                if (format == Format.JSON) {
                    parts.add(change(id, from.get(i), to.get(i), db));
                }
            }
        }
        if (changed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(format == Format.HTML ? whole(selection, format, id, changed) : named(selection, id, parts));
    }

    private Named named(Selection selection, EventId id, List<Part> parts) {
        if (selection.rounds()) {
            List<RoundPart> events = parts.stream()
                    .map(part -> new RoundPart(part.event().text(), part.document()))
                    .toList();
            return named(EventName.ROUND, id, json.write(new Round(id.version(), events)));
        }
        Part only = parts.get(0);
        return named(only.event(), id, json.write(only.document()));
    }

    private Named morph(EventId id, List<Rendering<?>> parts) {
        return named(
                EventName.MORPH,
                id,
                parts.stream()
                        .map(part -> part.isThere() ? part.html() : placeholder(part))
                        .collect(Collectors.joining("\n")));
    }

    /** What stands in a page for a view that is no more. */
    private String placeholder(Rendering<?> part) {
        return gone.data("feature", part.name().feature(), "key", part.name().key())
                .render()
                .strip();
    }

    private static Named named(EventName name, EventId id, String data) {
        return new Named(name, Frame.of(name, id, data));
    }

    private Part whole(EventId id, Rendering<?> part) {
        String feature = part.name().feature();
        String key = part.name().key();
        return part.isThere()
                ? new Part(EventName.SNAPSHOT, new ViewDocument.Snapshot(feature, key, id.version(), part.json(json)))
                : new Part(EventName.GONE, new ViewDocument.Gone(feature, key, id.version()));
    }

    @SuppressWarnings("unchecked") // both are of the same view
    private <V> Part change(EventId id, Rendering<?> from, Rendering<V> to, Database db) {
        if (!from.isThere() || !to.isThere()) {
            return whole(id, to);
        }
        return to.feature()
                .delta((V) from.view().get(), to.view().get(), db)
                .map(delta -> new Part(
                        EventName.DELTA,
                        new ViewDocument.Delta(to.name().feature(), to.name().key(), id.version(), delta)))
                .orElseGet(() -> whole(id, to));
    }
}

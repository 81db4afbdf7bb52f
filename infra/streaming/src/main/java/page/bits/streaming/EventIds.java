package page.bits.streaming;

import java.util.Optional;
import page.bits.peer.Epoch;
import page.bits.sse.EventId;

/** Reads event ids where a bare t is allowed too. */
public final class EventIds {

    private EventIds() {}

    /**
     * The place in this history that {@code text} names.
     *
     * @param text an event id, or a t of this epoch
     * @return none if it is malformed or of another epoch
     */
    public static Optional<EventId> parse(String text, Epoch epoch) {
        return EventId.parse(text)
                .or(() -> EventId.parse(epoch.value() + "." + text))
                .filter(id -> id.epoch().equals(epoch.value()));
    }
}

package page.bits.action.presence;

import clojure.lang.Keyword;
import java.time.Instant;
import java.util.regex.Pattern;
import page.bits.action.body.Fields;
import page.bits.identity.ActorName;
import page.bits.presence.peer.NamedViewer;
import page.bits.presence.peer.PresenceAttributes;

/**
 * Somebody who is in a room, as the room holds them.
 *
 * @param set the attribute of the room that holds them
 * @param value what it holds
 */
record Viewer(Keyword set, Object value) {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");
    private static final int RADIX = 16;

    /** The one that a change tells of: anonymous, or by id, name and time. Null where the fields are wrong. */
    static Viewer of(Fields change) {
        if (change.has("anonymous")) {
            Long hash = change.required("anonymous", Viewer::hash);
            return hash == null ? null : new Viewer(PresenceAttributes.ROOM_ANONYMOUS, hash);
        }
        String id = change.required("id", Viewer::id);
        ActorName name = change.required("name", ActorName::new);
        Instant since = change.requiredNumber("since", Viewer::since);
        return id == null || name == null || since == null
                ? null
                : new Viewer(PresenceAttributes.ROOM_NAMED, new NamedViewer(id, name.value(), since).encoded());
    }

    private static long hash(String text) {
        if (!HASH.matcher(text).matches()) {
            throw new IllegalArgumentException("must be 16 of the digits 0 to 9 and a to f");
        }
        return Long.parseUnsignedLong(text, RADIX);
    }

    private static String id(String text) {
        if (!NamedViewer.ID.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "must be an actor's id, 22 of the letters A to Z and a to z, digits, _ and -");
        }
        return text;
    }

    private static Instant since(long millis) {
        if (millis > NamedViewer.LATEST.toEpochMilli()) {
            throw new IllegalArgumentException("must not be after " + NamedViewer.LATEST);
        }
        return Instant.ofEpochMilli(millis);
    }
}

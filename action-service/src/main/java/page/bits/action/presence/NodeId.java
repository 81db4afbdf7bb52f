package page.bits.action.presence;

import datomic.Util;
import java.util.List;
import java.util.regex.Pattern;
import page.bits.presence.peer.PresenceAttributes;

/**
 * Which start of which presence node.
 *
 * @param value 22 of {@code [A-Za-z0-9_-]}
 */
record NodeId(String value) {

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-]{22}");

    NodeId {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("must be 22 of the letters A to Z and a to z, digits, _ and -");
        }
    }

    List<?> lookupRef() {
        return Util.list(PresenceAttributes.NODE_ID, value);
    }

    @Override
    public String toString() {
        return value;
    }
}

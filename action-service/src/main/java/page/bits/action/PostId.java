package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import datomic.Util;
import java.util.List;
import java.util.UUID;
import page.bits.peer.Attributes;

/** Names a post for ever, also after it was deleted. */
public record PostId(@JsonValue UUID value) {

    public static PostId random() {
        return new PostId(UUID.randomUUID());
    }

    /** Datomic's name for it. */
    List<?> lookupRef() {
        return Util.list(Attributes.POST_ID, value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import datomic.Util;
import java.util.List;
import java.util.UUID;
import page.bits.peer.Attributes;

/** Names a comment for ever, also after it was deleted. */
public record CommentId(@JsonValue UUID value) {

    public static CommentId random() {
        return new CommentId(UUID.randomUUID());
    }

    /** Datomic's name for it. */
    List<?> lookupRef() {
        return Util.list(Attributes.COMMENT_ID, value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

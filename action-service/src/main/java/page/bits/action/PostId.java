package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import datomic.Util;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.peer.Attributes;

/** Names a post for ever, also after it was deleted. */
@Schema(type = SchemaType.STRING, format = "uuid", examples = "6f9c52c1-7f3e-4c52-9df8-5c5a0e0b8a11")
public record PostId(@JsonValue UUID value) {

    public static PostId random() {
        return new PostId(RandomIds.next());
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

package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Names a post for ever, also after it was deleted. */
public record PostId(@JsonValue UUID value) {

    public static PostId random() {
        return new PostId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}

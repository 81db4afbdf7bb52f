package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import datomic.Util;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.peer.Attributes;

/**
 * What a creator is called in addresses. Taken to the letter: white space at its ends is not trimmed but refused.
 *
 * @param value 2 to 30 of {@code [a-z0-9-]}, the first not a hyphen
 */
@Schema(type = SchemaType.STRING, pattern = "^" + Handle.PATTERN + "$", examples = "alice")
public record Handle(@JsonValue String value) {

    static final String PATTERN = "[a-z0-9][a-z0-9-]{1,29}";
    private static final Pattern VALID = Pattern.compile(PATTERN);

    public Handle {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "must be 2 to 30 of the letters a to z, digits and hyphens, and not begin with a hyphen");
        }
    }

    /** Datomic's name for the creator who has it. */
    List<?> lookupRef() {
        return Util.list(Attributes.CREATOR_HANDLE, value);
    }

    @Override
    public String toString() {
        return value;
    }
}

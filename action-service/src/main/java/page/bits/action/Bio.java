package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.http.Text;

/**
 * What a creator tells about themselves.
 *
 * @param value at most 500 code points
 */
@Schema(type = SchemaType.STRING, maxLength = 500)
public record Bio(@JsonValue String value) {

    public Bio {
        value = Text.of(value, 0, 500);
    }

    /** Whether nothing is told, which is the same as no bio. */
    boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value;
    }
}

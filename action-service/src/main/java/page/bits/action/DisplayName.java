package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.http.Text;

/**
 * What a creator is called on their page.
 *
 * @param value 1 to 80 code points on one line
 */
@Schema(type = SchemaType.STRING, minLength = 1, maxLength = 80, examples = "Alice")
public record DisplayName(@JsonValue String value) {

    public DisplayName {
        value = Text.ofOneLine(value, 1, 80);
    }

    @Override
    public String toString() {
        return value;
    }
}

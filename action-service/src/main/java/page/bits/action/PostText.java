package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.http.Text;

/**
 * What a post says.
 *
 * @param value 1 to 5,000 code points
 */
@Schema(type = SchemaType.STRING, minLength = 1, maxLength = 5000, examples = "Good morning")
public record PostText(@JsonValue String value) {

    public PostText {
        value = Text.of(value, 1, 5000);
    }

    @Override
    public String toString() {
        return value;
    }
}

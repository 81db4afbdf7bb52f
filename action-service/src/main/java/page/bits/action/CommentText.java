package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.http.Text;

/**
 * What a comment says.
 *
 * @param value 1 to 1,000 code points
 */
@Schema(type = SchemaType.STRING, minLength = 1, maxLength = 1000, examples = "Lovely!")
public record CommentText(@JsonValue String value) {

    public CommentText {
        value = Text.of(value, 1, 1000);
    }

    @Override
    public String toString() {
        return value;
    }
}

package page.bits.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.net.URI;
import java.util.List;

/**
 * A problem document, {@code application/problem+json} (RFC 9457).
 *
 * @param detail what is wrong in this case, with the value at fault, and what to do
 * @param violations the fields at fault; left out of the document where there are none
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "violations"})
public record Problem(
        URI type,
        String title,
        int status,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Violation> violations) {

    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        violations = List.copyOf(violations);
    }

    public static Problem of(ProblemType type, String detail, List<Violation> violations) {
        return new Problem(type.uri(), type.title(), type.status(), detail, violations);
    }
}

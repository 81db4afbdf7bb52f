package page.bits.action.body;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/** The one content type that is taken: {@code application/json}, with any parameters but another charset than UTF-8. */
public final class JsonMediaType {

    private JsonMediaType() {}

    /** @throws ProblemException 415 */
    public static void require(RoutingContext request) {
        List<String> sent = request.request().headers().getAll(HttpHeaders.CONTENT_TYPE);
        if (sent.size() != 1 || !isJson(sent.get(0))) {
            throw ProblemException.of(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "The Content-Type must be application/json, in UTF-8"
                            + (sent.isEmpty() ? "; there is none." : "."));
        }
    }

    private static boolean isJson(String sent) {
        MediaType type;
        try {
            type = MediaType.valueOf(sent);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return type.getType().equalsIgnoreCase("application")
                && type.getSubtype().equalsIgnoreCase("json")
                && type.getParameters().entrySet().stream().allMatch(JsonMediaType::isTaken);
    }

    private static boolean isTaken(Map.Entry<String, String> parameter) {
        return !parameter.getKey().equalsIgnoreCase(MediaType.CHARSET_PARAMETER)
                || parameter.getValue().equalsIgnoreCase("utf-8");
    }
}

package page.bits.action.body;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Text;

/**
 * What a browser sends of a form, as {@code application/x-www-form-urlencoded} (the URL Standard of WHATWG, section 5), in
 * UTF-8.
 */
public final class Form {

    private static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    private Form() {}

    /** Whether a request is a browser's form: a form by its type, from whoever wants a page. Programs send JSON. */
    public static boolean isBrowsers(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return type != null
                && type.split(";", 2)[0].strip().equalsIgnoreCase(MEDIA_TYPE)
                && accept != null
                && accept.contains("text/html")
                && !request.headers().contains(HttpHeaders.AUTHORIZATION);
    }

    /**
     * The fields by their names, in their order.
     *
     * @throws ProblemException 400 where it is malformed, or a name occurs twice
     */
    public static Map<String, String> fields(byte[] body) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : new String(body, StandardCharsets.ISO_8859_1).split("&")) {
            if (!pair.isEmpty()) {
                int end = pair.indexOf('=');
                String name = decoded(end < 0 ? pair : pair.substring(0, end));
                if (fields.put(name, end < 0 ? "" : decoded(pair.substring(end + 1))) != null) {
                    throw malformed("'" + Text.quoted(name) + "' occurs twice");
                }
            }
        }
        return fields;
    }

    private static String decoded(String encoded) {
        try {
            byte[] bytes =
                    URLDecoder.decode(encoded, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException e) {
            throw malformed("it has a % without two hexadecimal digits");
        } catch (CharacterCodingException e) {
            throw malformed("it is not UTF-8");
        }
    }

    private static ProblemException malformed(String why) {
        return ProblemException.of(ProblemType.BAD_REQUEST, "The body is not a form: " + why + ".");
    }
}

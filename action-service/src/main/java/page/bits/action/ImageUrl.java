package page.bits.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.http.Text;

/**
 * Where a picture is: an absolute http or https address, or a path on this site, at most 2,048 code points. No server of ours
 * ever fetches it.
 *
 * <p>Browsers mend what they are given before they follow it: they take {@code \} for {@code /}, drop tabs and line breaks,
 * and read {@code //host} as another site. So none of that gets in: what is not a URI (RFC 3986, with letters beyond ASCII) is
 * refused, white space at the ends included, and a path begins with exactly one slash.
 *
 * @param value as it was sent
 */
@Schema(
        type = SchemaType.STRING,
        maxLength = ImageUrl.MAX,
        description = "An absolute http or https URL without user info, or a path that begins with one /",
        examples = "https://example.org/picture.png")
public record ImageUrl(@JsonValue String value) {

    static final int MAX = 2048;

    /** A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[[0-9a-fA-F:.]+]|[\\p{L}\\p{M}\\p{N}._-]+)(?::(\\d{1,5}))?");

    public ImageUrl {
        Text.requirePairedSurrogates(value);
        if (value.codePointCount(0, value.length()) > MAX) {
            throw new IllegalArgumentException("must have at most " + MAX + " characters");
        }
        URI uri = parsed(value);
        if (uri.getScheme() == null) {
            if (!value.startsWith("/") || value.startsWith("//")) {
                throw notOne();
            }
        } else {
            requireWeb(uri);
        }
    }

    private static URI parsed(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            throw notOne();
        }
    }

    private static void requireWeb(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String authority = uri.getRawAuthority();
        if (!scheme.equals("http") && !scheme.equals("https") || authority == null) {
            throw notOne();
        }
        if (authority.contains("@")) {
            throw new IllegalArgumentException("must not hold user info");
        }
        Matcher valid = AUTHORITY.matcher(authority);
        if (!valid.matches() || valid.group(1) != null && Integer.parseInt(valid.group(1)) > 65535) {
            throw notOne();
        }
    }

    private static IllegalArgumentException notOne() {
        return new IllegalArgumentException(
                "must be an absolute http or https URL, or a path that begins with exactly one /");
    }

    @Override
    public String toString() {
        return value;
    }
}

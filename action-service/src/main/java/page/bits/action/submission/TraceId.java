package page.bits.action.submission;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a request across processes, as W3C Trace Context has it.
 *
 * @param value 32 hexadecimal digits, not all of them 0
 */
public record TraceId(String value) {

    /** Version 00 ends with its flags; what later versions add begins with a hyphen. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    public static TraceId random() {
        // No secret, so without the lock that a secure generator takes.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        // Not all of it is 0, as one bit is set.
        return new TraceId(hex.toHexDigits(random.nextLong() | 1) + hex.toHexDigits(random.nextLong()));
    }

    /** The one of the request's {@code traceparent}, or a new one where there is none that is valid. */
    public static TraceId of(List<String> traceparent) {
        if (traceparent.size() == 1) {
            Matcher valid = TRACEPARENT.matcher(traceparent.get(0).strip());
            if (valid.matches() && (valid.group(3) == null || !valid.group(1).equals("00"))) {
                return new TraceId(valid.group(2));
            }
        }
        return random();
    }
}

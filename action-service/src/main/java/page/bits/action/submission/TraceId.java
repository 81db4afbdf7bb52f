package page.bits.action.submission;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a request across processes, as W3C Trace Context has it.
 *
 * @param value 32 hexadecimal digits, not all of them 0
 */
public record TraceId(String value) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Version 00 ends with its flags; what later versions add begins with a hyphen. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    public static TraceId random() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return new TraceId(HexFormat.of().formatHex(bytes));
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

package page.bits.streaming;

import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What a reader of a view would like best, by its {@code Accept} header (RFC 9110, section 12.5.1). */
public enum Requested {
    STREAM,
    HTML,
    /** Also for everything that is none of ours. */
    JSON;

    private static final MediaType EVENT_STREAM = MediaType.SERVER_SENT_EVENTS_TYPE;

    /**
     * @param accept each {@code Accept} line of the request, in the order they came: together they are one list of media ranges
     *     (RFC 9110, section 5.3), of which those that can't be read count as none of ours
     */
    public static Requested of(List<String> accept) {
        return accept.stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .flatMap(range -> parse(range).stream())
                .sorted(Comparator.comparingDouble(Requested::quality).reversed())
                .filter(range -> quality(range) > 0)
                .flatMap(range -> match(range).stream())
                .findFirst()
                .orElse(JSON);
    }

    private static List<MediaType> parse(String range) {
        try {
            return List.of(MediaType.valueOf(range.strip()));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private static List<Requested> match(MediaType range) {
        if (range.isWildcardType() || range.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
            return List.of(JSON);
        }
        if (!range.isWildcardSubtype() && range.isCompatible(EVENT_STREAM)) {
            return List.of(STREAM);
        }
        return range.isCompatible(MediaType.TEXT_HTML_TYPE) ? List.of(HTML) : List.of();
    }

    private static double quality(MediaType range) {
        try {
            return Double.parseDouble(range.getParameters().getOrDefault("q", "1"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}

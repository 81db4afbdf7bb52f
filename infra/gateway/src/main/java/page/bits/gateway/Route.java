package page.bits.gateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a path leads to. */
enum Route {
    ACTIONS,
    VIEWS,
    PRESENCE,
    /** What is under {@code /q}: the gateway's own. */
    OPERATIONS,
    /** What exists behind the gateway and is for no one in front of it. */
    INTERNAL;

    /**
     * Tells by the path as the services will read it: percent-encodings decoded, parameters of segments (after a semicolon)
     * left out.
     *
     * @param target from the request line: the path, and the query if there is one
     * @return none where two readers could take the path for two different ones: with empty segments or dots for segments, an
     *     encoded slash, a backslash, a fragment, or characters that are not to be seen or not ASCII
     */
    static Optional<Route> of(String target) {
        return target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')
                ? segments(target.replaceFirst("\\?.*", "")).map(Route::of)
                : Optional.empty();
    }

    private static Route of(List<String> segments) {
        return switch (segments.get(0)) {
            case "actions" -> segments.size() > 1 && segments.get(1).equals("presence") ? INTERNAL : ACTIONS;
            case "auth" -> ACTIONS;
            case "presence" -> PRESENCE;
            case "q" -> OPERATIONS;
            default -> VIEWS;
        };
    }

    private static Optional<List<String>> segments(String path) {
        if (!path.startsWith("/")) {
            return Optional.empty();
        }
        List<String> segments = new ArrayList<>();
        String[] encoded = path.substring(1).split("/", -1);
        for (int i = 0; i < encoded.length; i++) {
            boolean last = i == encoded.length - 1;
            String segment;
            try {
                segment = QueryStringDecoder.decodeComponent(encoded[i].replace("+", "%2B"));
            } catch (IllegalArgumentException e) {
                return Optional.empty(); // not an encoding
            }
            int parameters = segment.indexOf(';');
            String name = parameters < 0 ? segment : segment.substring(0, parameters);
            if (name.isEmpty() && !last || name.equals(".") || name.equals("..") || hasMisleading(segment)) {
                return Optional.empty();
            }
            segments.add(name);
        }
        return Optional.of(segments);
    }

    private static boolean hasMisleading(String segment) {
        return segment.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ' || c == 0x7f);
    }
}

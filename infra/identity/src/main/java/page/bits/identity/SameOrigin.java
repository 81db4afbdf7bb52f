package page.bits.identity;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * Whether a browser sent a request from a page of ours, so that no other site can act with a visitor's cookie.
 *
 * <p>{@code Sec-Fetch-Site} decides where it is there, since the browser knows its page best. Otherwise {@code Origin} has to
 * name the host and port that the request was sent to; its scheme must be https where this connection is TLS, and is not
 * looked at where TLS may end before us.
 */
enum SameOrigin {
    /** From a page of ours. */
    YES,
    /** From elsewhere, a sibling domain included. */
    NO,
    /** Neither header is there: not from a browser of these days, or none that tells. */
    UNTOLD;

    static SameOrigin of(HttpServerRequest request) {
        return of(
                request.headers().getAll("Sec-Fetch-Site"),
                request.headers().getAll("Origin"),
                request.authority(),
                "https".equals(request.scheme()));
    }

    static SameOrigin of(List<String> secFetchSite, List<String> origin, HostAndPort host, boolean tls) {
        if (!secFetchSite.isEmpty()) {
            return secFetchSite.equals(List.of("same-origin")) ? YES : NO;
        }
        if (origin.isEmpty()) {
            return UNTOLD;
        }
        return host != null && origin.size() == 1 && matches(origin.get(0), host, tls) ? YES : NO;
    }

    private static boolean matches(String origin, HostAndPort host, boolean tls) {
        URI uri;
        try {
            uri = URI.create(origin);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (uri.getScheme() == null || uri.getHost() == null) {
            return false; // "null" is what a page without an origin sends
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean web = scheme.equals("https") || scheme.equals("http") && !tls;
        int usual = scheme.equals("https") ? 443 : 80;
        return web
                && uri.getHost().equalsIgnoreCase(host.host())
                && port(uri.getPort(), usual) == port(host.port(), usual);
    }

    private static int port(int told, int usual) {
        return told > 0 ? told : usual;
    }
}

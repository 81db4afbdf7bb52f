package page.bits.gateway;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who sent a request, as far as we know: the other end of the connection, or where that is a proxy that we trust, whom it
 * names.
 *
 * @param address an IP address in numbers, or {@link #UNKNOWN} where a proxy names something else
 * @param scheme {@code http} or {@code https}
 * @param host the host that the request names, with its port
 */
record Client(String address, String scheme, String host) {

    /** What may tell of a client: none of it passes the gateway but what it writes itself. */
    static final List<String> HEADERS = List.of(
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Proto",
            "X-Forwarded-Server",
            "X-Forwarded-Ssl",
            "X-Real-IP");

    /** Not the proxy's own address: that would make an operator of whomever it does not name. */
    static final String UNKNOWN = "unknown";

    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");
    private static final String PAIR = "\\s*([A-Za-z]+)=(?:\"([^\",;\\\\]*)\"|([^\";,\\s\\\\]*))\\s*";

    /** One element in which no quoted value could be taken for more of them. */
    private static final Pattern ELEMENT = Pattern.compile(PAIR + "(?:;" + PAIR + ")*;?\\s*");

    private static final Pattern PARAMETER = Pattern.compile(PAIR);

    /** @return none where the request names no host, or something that is none */
    static Optional<Client> of(HttpServerRequest request, Addresses proxies) {
        List<String> hosts = request.headers().getAll("Host");
        if (hosts.size() != 1 || !HOST.matcher(hosts.get(0)).matches() || request.authority() == null) {
            return Optional.empty();
        }
        String host = hosts.get(0);
        Client peer = new Client(request.remoteAddress().hostAddress(), request.scheme(), host);
        return Optional.of(proxies.contain(request.remoteAddress()) ? peer.behind(request) : peer);
    }

    /** The last hop is the proxy's own word; what is before it anyone may have written. */
    private Client behind(HttpServerRequest request) {
        List<String> forwarded = request.headers().getAll("Forwarded");
        if (!forwarded.isEmpty()) {
            String all = String.join(",", forwarded);
            String last = all.substring(all.lastIndexOf(',') + 1);
            if (!ELEMENT.matcher(last).matches()) {
                return new Client(UNKNOWN, scheme, host);
            }
            String named = parameter(last, "for").map(Client::ip).orElse(UNKNOWN);
            // A proxy writes one of the two, and the other is the client's own: believed only where they agree.
            boolean agreed = last(request, "X-Forwarded-For")
                    .map(Client::ip)
                    .map(named::equals)
                    .orElse(true);
            return new Client(
                    agreed ? named : UNKNOWN,
                    parameter(last, "proto").flatMap(Client::scheme).orElse(scheme),
                    host);
        }
        return new Client(
                last(request, "X-Forwarded-For").map(Client::ip).orElse(address),
                last(request, "X-Forwarded-Proto").flatMap(Client::scheme).orElse(scheme),
                host);
    }

    private static Optional<String> last(HttpServerRequest request, String header) {
        List<String> values = request.headers().getAll(header);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        String all = values.get(values.size() - 1);
        return Optional.of(all.substring(all.lastIndexOf(',') + 1).strip());
    }

    private static Optional<String> parameter(String element, String name) {
        for (String pair : element.split(";")) {
            Matcher parameter = PARAMETER.matcher(pair);
            if (parameter.matches() && parameter.group(1).equalsIgnoreCase(name)) {
                return Optional.of(parameter.group(2) != null ? parameter.group(2) : parameter.group(3));
            }
        }
        return Optional.empty();
    }

    /** An address without its port, if there is one. */
    private static String ip(String node) {
        String address = node;
        if (node.startsWith("[")) {
            address = node.substring(1, Math.max(1, node.indexOf(']')));
        } else if (node.indexOf(':') == node.lastIndexOf(':')) {
            address = node.replaceFirst(":.*", "");
        }
        return NetUtil.isValidIpV4Address(address) || NetUtil.isValidIpV6Address(address) ? address : UNKNOWN;
    }

    private static Optional<String> scheme(String told) {
        String lower = told.toLowerCase(Locale.ROOT);
        return Optional.of(lower).filter(it -> it.equals("http") || it.equals("https"));
    }

    /** The value of the {@code Forwarded} header that tells of this client (RFC 7239, section 4). */
    String forwarded() {
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        return "for=" + node + ";host=\"" + host + "\";proto=" + scheme;
    }
}

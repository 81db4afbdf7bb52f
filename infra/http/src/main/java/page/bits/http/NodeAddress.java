package page.bits.http;

/**
 * Where a node of ours is reached, as settings name it. A host may have any number of addresses.
 *
 * @param host without the brackets of an IPv6 address
 * @param port 1 to 65,535
 */
public record NodeAddress(String host, int port) {

    /** @throws IllegalArgumentException naming what is not {@code host:port} */
    public static NodeAddress of(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = text.substring(0, Math.max(0, colon));
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            host = bracketed ? host.substring(1, host.length() - 1) : host;
            if (!host.isEmpty() && bracketed == host.contains(":") && port > 0 && port < 1 << Character.SIZE) {
                return new NodeAddress(host, port);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("'" + text + "' is not a node: HOST:PORT");
    }
}

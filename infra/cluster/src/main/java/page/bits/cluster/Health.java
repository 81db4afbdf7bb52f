package page.bits.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process said when it was asked how it is.
 *
 * @param ready whether it can do its work
 * @param word for people: {@code up}, or the state of a transactor, or what is wrong
 */
record Health(boolean ready, String word) {

    private static final Health UP = new Health(true, "up");
    private static final Health NOT_READY = new Health(false, "not ready");
    private static final Health NO_ANSWER = new Health(false, "no answer");
    private static final int PATIENCE_MILLIS = 1000;
    private static final Pattern STATE = Pattern.compile("\"state\"\\s*:\\s*\"([a-z]+)\"");

    /** Asks a Quarkus application; blocks for 2 s at most. */
    static Health ofHttp(String host, int port) {
        try {
            URL url = new URL("http", reachable(host), port, "/q/health/ready");
            HttpURLConnection probe = (HttpURLConnection) url.openConnection();
            probe.setConnectTimeout(PATIENCE_MILLIS);
            probe.setReadTimeout(PATIENCE_MILLIS);
            if (probe.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return NOT_READY;
            }
            try (InputStream body = probe.getInputStream()) {
                Matcher state = STATE.matcher(new String(body.readAllBytes(), StandardCharsets.UTF_8));
                return state.find() ? new Health(true, state.group(1)) : UP;
            }
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }

    /** Of anything that takes connections, such as PostgreSQL; blocks for 1 s at most. */
    static Health ofSocket(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(reachable(host), port), PATIENCE_MILLIS);
            return UP;
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }

    /** Who listens on all addresses is reached at this machine's own. */
    static String reachable(String host) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        return address.isAnyLocalAddress() ? "127.0.0.1" : host;
    }
}

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code bits} script needs and sh cannot do. Run by the source launcher, so a single file without dependencies.
 *
 * <p>An answer goes to standard output. A problem is one line on standard error and exit status 1.
 */
final class Cli {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Cli() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            switch (args[0]) {
                case "check-port" -> checkPort(args[1], Integer.parseInt(args[2]));
                case "token" -> System.out.println(token(Integer.parseInt(args[1]), args[2]));
                default -> throw new IllegalArgumentException("no command " + args[0]);
            }
        } catch (Refusal refusal) {
            System.err.println("bits: " + refusal.getMessage());
            System.exit(1);
        }
    }

    /** Returns when a server could listen there. */
    private static void checkPort(String host, int port) throws Refusal {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new Refusal("there is no host '%s'; choose another with --host".formatted(host));
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
        } catch (BindException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Permission denied")) {
                throw new Refusal("this user may not listen on port %d; choose another with --port".formatted(port));
            }
            if (why.contains("assign")) {
                throw new Refusal("%s is not an address of this machine; choose another with --host".formatted(host));
            }
            throw portInUse(port);
        } catch (IOException e) {
            throw new Refusal("cannot listen on %s, port %d: %s".formatted(host, port, e.getMessage()));
        }
        // Some systems let two servers bind to one port, at different addresses; then only this tells.
        try (Socket socket = new Socket()) {
            InetAddress target = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
            socket.connect(new InetSocketAddress(target, port), 500);
            throw portInUse(port);
        } catch (IOException nobodyListens) {
            // as it should be
        }
    }

    private static Refusal portInUse(int port) {
        return new Refusal("port %d is in use; choose another with --port".formatted(port));
    }

    /** A token of a demo creator of the instance on this machine. */
    private static String token(int port, String handle) throws Refusal, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/auth/demo".formatted(port)))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"handle\":\"%s\"}".formatted(handle)))
                .build();
        HttpResponse<String> response;
        try {
            response = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new Refusal("nothing answers on port %d; start it with ./bits run".formatted(port));
        } catch (HttpTimeoutException e) {
            throw new Refusal("no answer on port %d within %d s".formatted(port, PATIENCE.toSeconds()));
        } catch (IOException e) {
            throw new Refusal("what answers on port %d is not Bits (%s)".formatted(port, e.getMessage()));
        }
        Optional<String> answer = field(response.body(), response.statusCode() == 200 ? "token" : "detail");
        if (answer.isEmpty()) {
            throw new Refusal("what answers on port %d is not Bits (status %d)".formatted(port, response.statusCode()));
        }
        if (response.statusCode() != 200) {
            throw new Refusal(answer.get());
        }
        return answer.get();
    }

    /** The text of a field of a JSON object, enough for the flat objects that are read here. */
    private static Optional<String> field(String json, String name) {
        Matcher field = Pattern.compile("\"%s\"\\s*:\\s*\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"".formatted(name))
                .matcher(json);
        if (!field.find()) {
            return Optional.empty();
        }
        String text = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))")
                .matcher(field.group(1))
                .replaceAll(escape -> Matcher.quoteReplacement(
                        escape.group(1) != null
                                ? String.valueOf((char) Integer.parseInt(escape.group(1), 16))
                                : "bfnrt".contains(escape.group(2)) ? " " : escape.group(2)));
        return Optional.of(text.replaceAll("\\p{Cntrl}", " "));
    }

    /** A problem told to whoever typed the command. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }
}

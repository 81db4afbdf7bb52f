package page.bits.cluster.presence;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import page.bits.cluster.JavaProcess;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.hosted.HostedExtension;
import page.bits.sse.OtherMachine;

/** A viewer whose machine is gone from one moment to the next, behind a gateway, by what all have for defaults. */
@Tag("soak")
@ExtendWith(HostedExtension.class)
class VanishedViewerTest {

    /** Until the next keepalive, until nobody has acknowledged it for long enough, and the grace for those who come back. */
    private static final Duration GONE = Duration.ofSeconds(45);

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PAGE = "/presence/seen-by-one-that-vanishes";

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Hosted hosted;

    VanishedViewerTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void itIsGoneForOthersOnEveryNode() throws Exception {
        try (OtherMachine machine = OtherMachine.start()) {
            int port = freePort(machine.here());
            try (JavaProcess gateway = gateway(machine.here(), port)) {
                URI throughGateway = URI.create("http://" + machine.here() + ":" + port);
                await(gateway + " shall reach a presence node")
                        .atMost(SOON)
                        .ignoreExceptionsInstanceOf(ConnectException.class)
                        .until(() -> ask(throughGateway).statusCode() == 200);
                machine.openStream(port, PAGE + "?viewer=vanishes");
                await("it shall be seen on every node").atMost(SOON).until(() -> everyNodeCounts(1));

                machine.vanish();
                long vanished = System.nanoTime();
                await("it shall be gone on every node").atMost(GONE).until(() -> everyNodeCounts(0));
                System.out.printf(
                        "VanishedViewerTest: gone %.1f s after it vanished%n", (System.nanoTime() - vanished) / 1e9);
            }
        }
    }

    /** One that another machine reaches: those of the cluster listen on loopback. */
    private JavaProcess gateway(String host, int port) throws IOException {
        return JavaProcess.named("gateway-for-others")
                .jar(Path.of(System.getProperty("bits.gateway.jar")))
                .heap("64m")
                .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .environment("QUARKUS_HTTP_HOST", host)
                .environment("QUARKUS_HTTP_PORT", Integer.toString(port))
                .environment("BITS_GATEWAY_ACTIONS", node("action-1"))
                .environment("BITS_GATEWAY_VIEWS", node("view-1"))
                .environment(
                        "BITS_GATEWAY_PRESENCE",
                        Hosted.PRESENCES.stream().map(this::node).collect(Collectors.joining(",")))
                .start();
    }

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    private String node(String name) {
        return "127.0.0.1:" + hosted.cluster().port(name);
    }

    private boolean everyNodeCounts(int viewers) throws Exception {
        for (String name : Hosted.PRESENCES) {
            HttpResponse<String> answer = ask(URI.create("http://" + node(name)));
            if (json.readTree(answer.body()).path("count").asInt(-1) != viewers) {
                return false;
            }
        }
        return true;
    }

    private HttpResponse<String> ask(URI address) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address + PAGE)).timeout(SOON).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}

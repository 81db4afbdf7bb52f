package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HostedExtension.class)
class PresenceRoutesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Hosted hosted;
    private final HttpClient http = HttpClient.newHttpClient();

    PresenceRoutesTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void aViewerWhoComesByTheGatewayIsThereAtEveryNodeUntilShortlyAfterLeaving() throws Exception {
        URI gateway = hosted.addresses().get(0);
        String path = "/presence/someone";
        assertEquals(0, presence(gateway, path).path("count").asInt(-1));

        HttpRequest stream = HttpRequest.newBuilder(URI.create(gateway + path + "?viewer=visitor-1"))
                .header("Accept", "text/event-stream")
                .timeout(PATIENCE)
                .build();
        HttpResponse<InputStream> opened = http.send(stream, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream events = opened.body()) {
            assertEquals(200, opened.statusCode());
            assertNotEquals(-1, events.read());
            awaitCount(path, 1);
        }

        awaitCount(path, 0);
    }

    @Test
    void whatIsWrittenOfPresenceIsTakenByActionNodesAndByNoGateway() throws Exception {
        for (URI gateway : hosted.addresses()) {
            assertEquals(404, write(gateway, hosted.cluster().serviceToken()));
        }
        for (String action : Hosted.ACTIONS) {
            assertEquals(401, write(addressOf(action), "not the token of this cluster"));
        }
    }

    private void awaitCount(String path, int count) {
        for (String node : Hosted.PRESENCES) {
            await(node + " shall count " + count)
                    .atMost(PATIENCE)
                    .until(() -> presence(addressOf(node), path).path("count").asInt(-1) == count);
        }
    }

    private JsonNode presence(URI address, String path) throws IOException {
        Hosted.Reply reply = hosted.get(address, path);
        assertEquals(200, reply.status(), reply::body);
        return JSON.readTree(reply.body());
    }

    private URI addressOf(String name) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(name));
    }

    private int write(URI address, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/actions/presence"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString("{\"kind\":\"forget\",\"node\":\"0000000000000000000000\"}"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}

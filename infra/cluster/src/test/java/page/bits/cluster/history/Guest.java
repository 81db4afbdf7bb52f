package page.bits.cluster.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Someone who may act, at any action node. */
public record Guest(String subject, String token) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Becomes one. */
    public static Guest of(URI node, String name) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.resolve("/auth/guest"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"%s\"}".formatted(name)))
                .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("no guest: " + response.statusCode() + " " + response.body());
        }
        JsonNode guest = JSON.readTree(response.body());
        return new Guest(guest.path("sub").asText(), guest.path("token").asText());
    }
}

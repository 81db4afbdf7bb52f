package page.bits.cluster.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Sends requests to action nodes, past the gateways, and notes what comes of each. Any thread. */
final class Sender {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Longer than a node takes to give up by itself, so that an answer is missed only where the node is away. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Function<String, URI> addresses;

    /** @param addresses of nodes, by name */
    Sender(Function<String, URI> addresses) {
        this.addresses = addresses;
    }

    Attempt send(Guest guest, Asked asked, String node) {
        return sendAsync(guest, asked, node).join();
    }

    /** Never fails. */
    CompletableFuture<Attempt> sendAsync(Guest guest, Asked asked, String node) {
        String trace = UUID.randomUUID().toString().replace("-", "");
        String path = asked.isBatch() ? "/actions" : "/actions/" + asked.name();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        addresses.apply(node).resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + guest.token())
                .header("traceparent", "00-%s-%s-01".formatted(trace, trace.substring(16)))
                .POST(HttpRequest.BodyPublishers.ofString(body(asked)));
        asked.key().ifPresent(key -> request.header("Idempotency-Key", key));
        long began = System.nanoTime();
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> {
                    Attempt attempt = failure == null
                            ? attempt(trace, node, began, response)
                            : new Attempt(
                                    trace,
                                    node,
                                    began,
                                    System.nanoTime(),
                                    0,
                                    -1,
                                    "",
                                    List.of(),
                                    false,
                                    failure.toString());
                    asked.note(attempt);
                    return attempt;
                });
    }

    private static Attempt attempt(String trace, String node, long began, HttpResponse<String> response) {
        long ended = System.nanoTime();
        boolean replayed = response.headers()
                .firstValue("Idempotent-Replayed")
                .filter("true"::equals)
                .isPresent();
        boolean done = response.statusCode() == 200;
        JsonNode body = done ? json(response.body()) : JSON.nullNode();
        return new Attempt(
                trace,
                node,
                began,
                ended,
                response.statusCode(),
                body.path("t").asLong(-1),
                body.path("at").asText(),
                results(body),
                replayed,
                response.body());
    }

    private static List<Map<String, String>> results(JsonNode body) {
        List<Map<String, String>> results = new ArrayList<>();
        if (body.has("result")) {
            results.add(fields(body.path("result")));
        }
        body.path("results").forEach(result -> results.add(fields(result)));
        return results;
    }

    private static Map<String, String> fields(JsonNode result) {
        Map<String, String> fields = new TreeMap<>();
        result.properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
        return fields;
    }

    private static String body(Asked asked) {
        List<Map<String, Object>> actions = asked.asks().stream()
                .map(ask -> Map.<String, Object>of("name", ask.name(), "body", ask.body()))
                .toList();
        Object body = asked.isBatch()
                ? Map.of("actions", actions)
                : asked.asks().get(0).body();
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("can't be JSON: " + body, e);
        }
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + body, e);
        }
    }
}

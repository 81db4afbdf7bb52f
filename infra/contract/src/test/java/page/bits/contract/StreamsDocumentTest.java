package page.bits.contract;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document of the streams says what a running application sends: each message that it lists, and no others. */
class StreamsDocumentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String VIEW = "view";
    private static final String VIEWS = "views";
    private static final String PRESENCE = "presence";

    /** Of presence, whose snapshots and deltas are others than those of views. */
    private static final Map<String, String> MESSAGES = Map.of("snapshot", "audience", "delta", "audienceDelta");

    private final StreamsSchema schema = new StreamsSchema();
    private final HttpClient http = HttpClient.newHttpClient();

    /** An event as it came: its fields by their names. */
    private record Event(String stream, Map<String, String> fields) {

        String name() {
            return fields.get("event");
        }

        /** Its name in the document. */
        String message() {
            return stream.startsWith("/presence/") ? MESSAGES.getOrDefault(name(), name()) : name();
        }

        /** What the document calls its headers. */
        String headers() {
            return fields.containsKey("id") ? "{\"id\":" + Json.quoted(fields.get("id")) + "}" : "{}";
        }
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        assertEquals(List.of(), schema.danglingReferences());
    }

    @Test
    void itsExamplesAreRight() {
        for (String name : schema.messages()) {
            JsonNode examples = schema.message(name).get("examples");
            assertFalse(examples.isEmpty(), name);
            for (JsonNode example : examples) {
                assertEquals(
                        List.of(),
                        schema.payloadErrors(name, example.get("payload").toString()),
                        name);
                if (example.has("headers")) {
                    assertEquals(
                            List.of(),
                            schema.headerErrors(name, example.get("headers").toString()),
                            name);
                }
            }
        }
    }

    @Test
    void whatItDoesNotKnowIsSeen() {
        assertTrue(
                schema.payloadErrors("keepalive", "{\"t\":1,\"stale\":false}").isEmpty());
        assertFalse(schema.payloadErrors("keepalive", "{\"t\":1,\"stale\":false,\"new\":1}")
                .isEmpty());
        assertFalse(schema.payloadErrors("keepalive", "{\"t\":1}").isEmpty());
        assertFalse(schema.headerErrors("keepalive", "{\"id\":\"k3f9.1\"}").isEmpty());
        assertFalse(schema.headerErrors("delta", "{}").isEmpty());
        assertFalse(schema.payloadErrors(
                        "round",
                        "{\"t\":1,\"events\":[{\"event\":\"delta\",\"feature\":\"posts\",\"key\":\"a\",\"t\":1}]}")
                .isEmpty());
    }

    @Test
    void whatIsSentIsWhatItSays() throws Exception {
        Map<String, List<Event>> byStream = new LinkedHashMap<>();
        try (Application application = Application.start("bits.demo=false", "bits.sse.keepalive=PT1S")) {
            String owner = done(application, "/auth/guest", "", "{\"name\":\"Olga\"}")
                    .get("token")
                    .textValue();
            act(
                    application,
                    owner,
                    "register-creator",
                    "{\"handle\":\"olga\",\"displayName\":\"Olga\",\"bio\":\"A life\",\"avatarUrl\":\"/a.svg\"}");
            String post = publish(application, owner, "First");
            for (String view : List.of("posts/olga", "creator/olga", "post/" + post)) {
                for (String format : List.of("json", "html")) {
                    open(application, "/views/" + view + "?format=" + format, byStream);
                }
            }
            for (String format : List.of("json", "html")) {
                open(application, "/views?posts=olga&creator=olga&post=" + post + "&format=" + format, byStream);
            }
            open(application, "/presence/olga", byStream, owner);
            open(application, "/presence/olga?observe=true", byStream);
            act(application, owner, "update-creator", "{\"handle\":\"olga\",\"bio\":null}");
            act(application, owner, "edit-post", "{\"postId\":\"" + post + "\",\"text\":\"Edited\"}");
            act(application, owner, "like-post", "{\"postId\":\"" + post + "\"}");
            String comment = act(
                            application,
                            owner,
                            "comment-on-post",
                            "{\"postId\":\"" + post + "\",\"text\":\"A comment\"}")
                    .at("/result/commentId")
                    .textValue();
            act(application, owner, "delete-comment", "{\"commentId\":\"" + comment + "\"}");
            publish(application, owner, "Second");
            act(application, owner, "delete-post", "{\"postId\":\"" + post + "\"}");
            await("each stream has told of the end of the post, and is quiet")
                    .atMost(PATIENCE)
                    .until(() -> byStream.entrySet().stream()
                            .allMatch(stream -> last(stream.getValue())
                                    .equals(stream.getKey().startsWith("/views/post/") ? "gone" : "keepalive")));
        }
        await("each stream has ended")
                .atMost(PATIENCE)
                .until(() -> byStream.values().stream()
                        .allMatch(events -> Set.of("gone", "reconnect").contains(last(events))));

        assertAll(byStream.entrySet().stream()
                .flatMap(stream -> stream.getValue().stream().map(event -> () -> {
                    assertEquals(
                            List.of(), schema.headerErrors(event.message(), event.headers()), stream.getKey() + event);
                    assertEquals(
                            List.of(), schema.payloadErrors(event.message(), payload(event)), stream.getKey() + event);
                })));
        assertEquals(schema.messages(VIEW), names(byStream, "/views/"));
        assertEquals(schema.messages(VIEWS), names(byStream, "/views?"));
        assertEquals(schema.messages(PRESENCE), names(byStream, "/presence/"));
    }

    private static String last(List<Event> events) {
        return events.isEmpty() ? "" : events.get(events.size() - 1).name();
    }

    private static Set<String> names(Map<String, List<Event>> byStream, String prefix) {
        return byStream.entrySet().stream()
                .filter(stream -> stream.getKey().startsWith(prefix))
                .flatMap(stream -> stream.getValue().stream())
                .map(Event::message)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String payload(Event event) {
        String data = event.fields().get("data");
        return schema.message(event.message()).path("contentType").asText().equals("text/html")
                ? Json.quoted(data)
                : data;
    }

    /** Reads a stream to its end; returns once it has its first event. */
    private void open(Application application, String path, Map<String, List<Event>> byStream, String... token) {
        List<Event> events = new CopyOnWriteArrayList<>();
        byStream.put(path, events);
        HttpRequest.Builder asked =
                HttpRequest.newBuilder(URI.create(application.address() + path)).header("Accept", "text/event-stream");
        for (String bearer : token) {
            asked.header("Authorization", "Bearer " + bearer);
        }
        HttpRequest request = asked.build();
        http.sendAsync(request, BodyHandlers.ofLines()).thenAccept(response -> {
            Map<String, String> fields = new HashMap<>();
            response.body().forEach(line -> {
                if (!line.isEmpty()) {
                    String[] field = line.split(": ", 2);
                    fields.merge(field[0], field[1], (one, next) -> one + "\n" + next);
                } else if (fields.containsKey("event")) {
                    events.add(new Event(path, Map.copyOf(fields)));
                    fields.clear();
                } else {
                    fields.clear();
                }
            });
        });
        await(path).atMost(PATIENCE).until(() -> !events.isEmpty());
    }

    private String publish(Application application, String token, String text) throws Exception {
        return act(
                        application,
                        token,
                        "publish-post",
                        "{\"creator\":\"olga\",\"text\":\"" + text + "\",\"imageUrl\":\"/demo/hills.svg\"}")
                .at("/result/postId")
                .textValue();
    }

    private JsonNode act(Application application, String token, String action, String body) throws Exception {
        return done(application, "/actions/" + action, token, body);
    }

    private JsonNode done(Application application, String path, String token, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(application.address() + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        var response = http.send(request.build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response::body);
        return Json.parsed(response.body());
    }
}

package page.bits.e2e;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two small clients of the guide "Subscribing", as a reader copies them out of it. */
class SubscribingGuideTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path GUIDE = Path.of(System.getProperty("bits.root"), "docs", "guides", "subscribing.md");
    private static final Pattern SCRIPT = Pattern.compile("(?ms)^```js\\n(.*?)^```$");
    private static final String FIRST_EVENT =
            "async ([url, id]) => { for await (const event of events(url, id)) return event; }";

    private static Application application;
    private static Chromium chromium;
    private static String token;

    private Page page;

    @BeforeAll
    static void start() {
        application = Application.start();
        chromium = new Chromium();
        token = found("token", application.post("/auth/demo", "", "{\"handle\":\"alice\"}"));
    }

    @AfterAll
    static void stop() {
        chromium.close();
        application.close();
    }

    @BeforeEach
    void openAPageWithBothClients() throws IOException {
        String scripts = SCRIPT.matcher(Files.readString(GUIDE))
                .results()
                .map(script -> script.group(1))
                .collect(Collectors.joining("\n"));
        page = chromium.person(true).newPage();
        page.navigate(application.address());
        page.evaluate("() => {" + scripts + "; Object.assign(window, { subscribe, events, shown: {} }); }");
    }

    @AfterEach
    void closeThePage() {
        page.context().close();
    }

    private static String found(String field, HttpResponse<String> reply) {
        assertEquals(200, reply.statusCode(), reply::body);
        return Pattern.compile("\"" + field + "\":\"([^\"]+)\"")
                .matcher(reply.body())
                .results()
                .map((MatchResult match) -> match.group(1))
                .findFirst()
                .orElseThrow();
    }

    private static HttpResponse<String> act(String action, String body) {
        HttpResponse<String> reply = application.post("/actions/" + action, token, body);
        assertEquals(200, reply.statusCode(), reply::body);
        return reply;
    }

    private static String publish(String text) {
        return found("postId", act("publish-post", "{\"creator\":\"alice\",\"text\":\"" + text + "\"}"));
    }

    private void subscribe(String path) {
        page.evaluate("path => { subscribe(path, (name, view) => (shown[name] = view)); }", path);
    }

    /** Waits until the client shows what a GET tells now, to the letter. */
    private void awaitTruth(String... views) {
        for (String view : views) {
            await(view).atMost(PATIENCE).until(() -> (Boolean) page.evaluate("""
                    async (name) => {
                      const now = await (await fetch("/views/" + name)).json();
                      return JSON.stringify(shown[name]) === JSON.stringify(now.view);
                    }
                    """, view));
        }
    }

    @Test
    void theClientShowsWhatIsThereWhateverHappens() {
        String post = publish("First");
        subscribe("/views?posts=alice&creator=alice&post=" + post);
        String[] views = {"posts/alice", "creator/alice", "post/" + post};
        awaitTruth(views);
        String aboutIt = "{\"postId\":\"" + post + "\"";
        String comment = found("commentId", act("comment-on-post", aboutIt + ",\"text\":\"A comment\"}"));
        awaitTruth(views);
        List<Runnable> changes = List.of(
                () -> act("comment-on-post", aboutIt + ",\"text\":\"Another\"}"),
                () -> act("like-post", aboutIt + "}"),
                () -> act("edit-post", aboutIt + ",\"text\":\"Edited\"}"),
                () -> act("delete-comment", "{\"commentId\":\"" + comment + "\"}"),
                () -> act("update-creator", "{\"handle\":\"alice\",\"bio\":\"Another life\"}"),
                () -> publish("Second"));
        for (Runnable change : changes) {
            change.run();
            awaitTruth(views);
        }
        act("delete-post", aboutIt + "}");
        await().atMost(PATIENCE).until(() -> page.evaluate("name => shown[name]", "post/" + post) == null);
        awaitTruth("posts/alice", "creator/alice");
    }

    @Test
    void theClientEndsWithWhatItShows() {
        page.clock().install();
        String post = publish("Short-lived");
        subscribe("/views/post/" + post);
        awaitTruth("post/" + post);
        List<String> requests = new ArrayList<>();
        page.onRequest(request -> requests.add(request.url()));
        act("delete-post", "{\"postId\":\"" + post + "\"}");
        await().atMost(PATIENCE).until(() -> page.evaluate("name => shown[name]", "post/" + post) == null);
        page.clock().fastForward("01:00:00");
        assertEquals(0, page.evaluate("() => new Promise((done) => { setTimeout(() => done(0)); })"));
        assertEquals(List.of(), requests);
    }

    @Test
    void theClientGoesOnAfterARefusalAndACut() {
        publish("Before");
        Map<?, ?> event = (Map<?, ?>) page.evaluate(FIRST_EVENT, List.of("/views/posts/alice"));
        assertEquals("snapshot", event.get("event"));
        publish("Meanwhile");
        List<String> streams = new ArrayList<>();
        page.route(Pattern.compile("/views/posts/alice(\\?.*)?$"), route -> {
            if (!route.request().resourceType().equals("eventsource")) {
                route.resume();
                return;
            }
            streams.add(route.request().url());
            switch (streams.size()) {
                case 1 -> route.fulfill(new Route.FulfillOptions().setStatus(503));
                case 2 ->
                    route.fulfill(new Route.FulfillOptions()
                            .setContentType("text/event-stream")
                            .setBody("event: snapshot\nid: %s\ndata: %s\n\n"
                                    .formatted(event.get("id"), event.get("data"))));
                default -> route.resume();
            }
        });
        subscribe("/views/posts/alice");
        awaitTruth("posts/alice");
        assertEquals(3, streams.size());
        assertTrue(streams.get(2).endsWith("?from=" + event.get("id")), streams.get(2));
    }

    @Test
    void aProgramGoesOnFromItsIdAndHearsWhyItIsRefused() {
        publish("Before");
        Map<?, ?> snapshot = (Map<?, ?>) page.evaluate(FIRST_EVENT, List.of("/views/posts/alice"));
        publish("After");
        Map<?, ?> delta = (Map<?, ?>) page.evaluate(FIRST_EVENT, List.of("/views/posts/alice", snapshot.get("id")));
        assertEquals("delta", delta.get("event"));
        assertTrue(((String) delta.get("data")).contains("After"));
        assertEquals(
                "There is no view 'posts/nobody'.",
                page.evaluate(
                        "async () => { try { for await (const event of events('/views/posts/nobody')); } catch (e) { return e.message; } }"));
    }
}

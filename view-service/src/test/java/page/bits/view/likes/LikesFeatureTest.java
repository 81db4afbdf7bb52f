package page.bits.view.likes;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_LIKES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.sse.EventReader;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/**
 * The feature of the guide "Adding a feature". A feature is one bean: this one is served in every format, live, and no class of
 * view-service knows of it.
 */
@QuarkusTest
class LikesFeatureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Path GUIDE = Path.of("..", "docs", "guides", "adding-a-feature.md");
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```(java|html)\\n(.*?)^```$");

    @Inject
    World world;

    @Inject
    ObjectMapper json;

    @TestHTTPResource
    URI address;

    private JsonNode view(String handle) throws JsonProcessingException {
        return json.readTree(given().get("/views/likes/" + handle).asString()).get("view");
    }

    private List<String> texts(String handle) {
        return given().get("/views/likes/" + handle).jsonPath().getList("view.posts.text");
    }

    private void like(UUID post, int times) {
        for (int i = 0; i < times; i++) {
            world.like(post, "reader-" + i);
        }
    }

    @Test
    void theMostLikedComeFirst() {
        String alice = world.creator();
        like(world.post(alice, "One"), 1);
        like(world.post(alice, "Three"), 3);
        world.post(alice, "None");
        like(world.post(alice, "Two"), 2);
        like(world.post(alice, "One too"), 1);
        assertEquals(List.of("Three", "Two", "One too"), texts(alice));
    }

    @Test
    void onlyTheNewestAreLookedAt() {
        String alice = world.creator();
        like(world.post(alice, "Of old"), 2);
        for (int i = 1; i < LikesFeature.LOOKED_AT; i++) {
            world.post(alice, "Post " + i);
        }
        assertEquals(List.of("Of old"), texts(alice));
        world.post(alice, "One more");
        assertEquals(List.of(), texts(alice));
    }

    @Test
    void itIsServedAsHtmlInWhichTextStaysText() {
        String alice = world.creator();
        UUID post = world.post(alice, "<b>Hello");
        like(post, 1);
        given().accept("text/html")
                .get("/views/likes/" + alice)
                .then()
                .statusCode(200)
                .body(equalTo("<ol id=\"likes-" + alice + "\" class=\"likes\"><li id=\"liked-" + post
                        + "\" dir=\"auto\">&lt;b&gt;Hello <span>1</span></li></ol>"));
        given().get("/views/likes/nobody").then().statusCode(404);
    }

    @Test
    void whateverChangesItReachesItsReaders() throws JsonProcessingException {
        String alice = world.creator();
        UUID post = world.post(alice, "First");
        try (StreamClient reader =
                StreamClient.get(address.getPort(), "/views/likes/" + alice).open()) {
            await().atMost(PATIENCE).until(() -> !reader.events().isEmpty());
            List<Runnable> changes = List.of(
                    () -> world.like(post, "reader"),
                    () -> world.edit(post, "Edited"),
                    () -> world.like(world.post(alice, "Second"), "reader"),
                    () -> world.transact(List.of(":db/retract", List.of(POST_ID, post), POST_LIKES)),
                    () -> like(post, 3),
                    () -> world.delete(post));
            for (Runnable change : changes) {
                JsonNode before = view(alice);
                change.run();
                JsonNode now = view(alice);
                assertTrue(!now.equals(before), "something changed");
                await().atMost(PATIENCE).until(() -> shown(reader).equals(now));
            }
        }
    }

    private JsonNode shown(StreamClient reader) throws JsonProcessingException {
        List<EventReader.Event> events = reader.events();
        return json.readTree(events.get(events.size() - 1).data()).get("view");
    }

    @Test
    void aReaderResumesFromAnyT() {
        String alice = world.creator();
        UUID post = world.post(alice, "First");
        String from = Epoch.of(world.peer.db()) + "." + BasisT.of(world.peer.db());
        BasisT liked = world.like(post, "reader");
        try (StreamClient back = StreamClient.get(address.getPort(), "/views/likes/" + alice + "?from=" + from)
                .open()) {
            await().atMost(PATIENCE).until(() -> !back.events().isEmpty());
            assertEquals("snapshot", back.events().get(0).name());
            assertEquals(
                    "{\"feature\":\"likes\",\"key\":\"" + alice + "\",\"t\":" + liked
                            + ",\"view\":{\"posts\":[{\"id\":\"" + post + "\",\"text\":\"First\",\"likes\":1}]}}",
                    back.events().get(0).data());
        }
    }

    @Test
    void theGuideShowsThisVeryCode() throws IOException {
        String code = "";
        for (String file : List.of(
                "src/test/java/page/bits/view/likes/LikesView.java",
                "src/test/java/page/bits/view/likes/LikesFeature.java",
                "src/test/java/page/bits/view/likes/LikesFeatureTest.java",
                "src/test/resources/templates/likes.html",
                "src/main/java/page/bits/view/posts/PostsFeature.java")) {
            code += withoutIndentation(Files.readString(Path.of(file)));
        }
        Matcher snippet = SNIPPET.matcher(Files.readString(GUIDE));
        int snippets = 0;
        for (; snippet.find(); snippets++) {
            String shown = withoutIndentation(snippet.group(2));
            assertTrue(code.contains(shown), () -> "this is in none of the files:\n" + shown);
        }
        assertTrue(snippets >= 7, "the guide shows code");
    }

    private static String withoutIndentation(String code) {
        return code.replaceAll("(?m)^ +", "");
    }
}

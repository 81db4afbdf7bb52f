package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;

@QuarkusTest
class ViewResourceTest {

    @Inject
    World world;

    @Test
    void aViewIsTheDatabaseNow() {
        String alice = world.creator();
        UUID older = world.post(alice, "Older");
        UUID newer = world.post(alice, "Newer");
        BasisT t = BasisT.of(world.peer.db());
        get("/views/posts/" + alice)
                .statusCode(200)
                .contentType("application/json")
                .header("Bits-T", t.toString())
                .header("Cache-Control", "no-cache")
                .header("Vary", "Accept")
                .header("ETag", matchesPattern("W/\"[A-Za-z0-9_-]+\""))
                .body("feature", equalTo("posts"))
                .body("key", equalTo(alice))
                .body("t", equalTo((int) t.value()))
                .body("view.posts.id", equalTo(List.of(newer.toString(), older.toString())))
                .body("view.posts[0].creator", equalTo(alice))
                .body("view.posts[0].text", equalTo("Newer"))
                .body("view.posts[0].createdAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"))
                .body("view.posts[0].order", notNullValue())
                .body("view.posts[0].likes", equalTo(0))
                .body("view.posts[0].comments", equalTo(0))
                .body("view.posts[0].imageUrl", nullValue())
                .body("view.posts[0].editedAt", nullValue());
    }

    @Test
    void aPostTellsItsPictureItsEditItsLikesAndItsComments() {
        String alice = world.creator();
        UUID post = world.post(alice, "First");
        world.picture(post, "https://example.org/a.png");
        world.edit(post, "Second");
        world.like(post, "bob");
        world.like(post, "carol");
        world.like(post, "carol");
        world.comment(post, "bob", "Nice");
        get("/views/posts/" + alice)
                .statusCode(200)
                .body("view.posts", hasSize(1))
                .body("view.posts[0].text", equalTo("Second"))
                .body("view.posts[0].imageUrl", equalTo("https://example.org/a.png"))
                .body("view.posts[0].editedAt", notNullValue())
                .body("view.posts[0].likes", equalTo(2))
                .body("view.posts[0].comments", equalTo(1));
    }

    @Test
    void onlyTheNewestFiftyPostsOfTheCreatorAreInView() {
        String alice = world.creator();
        String bob = world.creator();
        List<String> texts = IntStream.range(0, 60).mapToObj(i -> "post " + i).toList();
        texts.forEach(text -> {
            world.post(alice, text);
            world.post(bob, "not alice's");
        });
        List<String> newest =
                IntStream.range(10, 60).mapToObj(i -> "post " + (69 - i)).toList();
        get("/views/posts/" + alice).statusCode(200).body("view.posts.text", equalTo(newest));
    }

    @Test
    void aFragmentIsTheSameForEveryReaderAndItsTextIsText() {
        String alice = world.creator();
        world.post(alice, "<img src=x onerror=alert(1)> & \"quotes\" 'n' {braces}");
        given().accept("text/html")
                .get("/views/posts/" + alice)
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .header("Vary", "Accept")
                .header("Content-Security-Policy", startsWith("default-src 'none'; "))
                .body(allOf(
                        startsWith("<section id=\"posts-" + alice + "\""),
                        containsString("&lt;img src=x onerror=alert(1)&gt; &amp;"),
                        containsString("{braces}"),
                        not(containsString("<img src=x"))));
    }

    @Test
    void anETagOutlivesOtherPeoplesTransactionsAndA304TellsTheNewerT() {
        String alice = world.creator();
        world.post(alice, "Hello");
        for (String accept : List.of("application/json", "text/html")) {
            Response first = given().accept(accept).get("/views/posts/" + alice);
            BasisT later = world.transact(List.of(":db/add", "datomic.tx", ":db/doc", "something else"));
            given().accept(accept)
                    .header("If-None-Match", first.header("ETag"))
                    .get("/views/posts/" + alice)
                    .then()
                    .statusCode(304)
                    .header("Bits-T", later.toString())
                    .header("ETag", first.header("ETag"))
                    .header("Vary", "Accept")
                    .body(equalTo(""));
        }
        String before = given().get("/views/posts/" + alice).header("ETag");
        world.post(alice, "Another");
        given().header("If-None-Match", before)
                .get("/views/posts/" + alice)
                .then()
                .statusCode(200)
                .header("ETag", not(equalTo(before)));
    }

    @Test
    void ifNoneMatchComparesWeakly() {
        String alice = world.creator();
        String tag = given().get("/views/posts/" + alice).header("ETag");
        for (String known : List.of(tag, tag.substring(2), "*", "\"other\", " + tag)) {
            given().header("If-None-Match", known)
                    .get("/views/posts/" + alice)
                    .then()
                    .statusCode(304);
        }
    }

    @Test
    void theFormatsHaveDifferentETags() {
        String alice = world.creator();
        assertNotEquals(
                given().accept("text/html").get("/views/posts/" + alice).header("ETag"),
                given().accept("application/json").get("/views/posts/" + alice).header("ETag"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | application/json",
                "*/* | application/json",
                "image/png | application/json",
                "text/html | text/html;charset=UTF-8",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text/html;charset=UTF-8",
                "text/html;q=0.1, application/json | application/json",
                "text/html;q=0 | application/json",
                "nonsense | application/json",
                "text/event-stream;q=0.1, text/html | text/html;charset=UTF-8",
            })
    void theAcceptHeaderChoosesTheFormatAndAnythingElseIsJson(String accept, String contentType) {
        String alice = world.creator();
        given().header("Accept", accept)
                .get("/views/posts/" + alice)
                .then()
                .statusCode(200)
                .header("Content-Type", contentType);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/views/posts/nobody",
                "/views/posts/Alice%00",
                "/views/posts/%F0%9F%98%80",
                "/views/nothing/alice",
                "/views/posts",
                "/views"
            })
    void whatDoesNotExistIsA404InEveryFormat(String path) {
        for (String accept : List.of("application/json", "text/html", "text/event-stream")) {
            given().urlEncodingEnabled(false)
                    .accept(accept)
                    .get(path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("type", equalTo("https://bits.page/problems/not-found"))
                    .body("status", equalTo(404))
                    .body("title", notNullValue())
                    .body("detail", notNullValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "*/*"})
    void severalViewsAreThereAsAStreamOnly(String accept) {
        given().accept(accept)
                .get("/views?posts=" + world.creator())
                .then()
                .statusCode(406)
                .contentType("application/problem+json")
                .body("type", equalTo("https://bits.page/problems/not-acceptable"))
                .body("detail", containsString("text/event-stream"));
    }

    @Test
    void minTWaitsUntilThisNodeIsThere() {
        String alice = world.creator();
        long next = BasisT.of(world.peer.db()).value() + 1;
        CompletableFuture<Response> waiting =
                CompletableFuture.supplyAsync(() -> given().get("/views/posts/" + alice + "?min-t=" + next));
        world.post(alice, "What it waits for");
        waiting.join().then().statusCode(200).body("view.posts[0].text", equalTo("What it waits for"));
        String id = Epoch.of(world.peer.db()) + "." + next;
        get("/views/posts/" + alice + "?min-t=" + id).statusCode(200);
    }

    @Test
    void minTThatDoesNotComeIsA503() {
        String alice = world.creator();
        get("/views/posts/" + alice + "?min-t=999999999999")
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("https://bits.page/problems/unavailable"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-t=abc", "min-t=-1", "min-t=zzzz.5", "before=x", "as-of=x"})
    void aParameterThatCantBeUsedIsA422(String query) {
        String alice = world.creator();
        String parameter = query.substring(0, query.indexOf('='));
        get("/views/posts/" + alice + "?" + query)
                .statusCode(422)
                .body("type", equalTo("https://bits.page/problems/invalid"))
                .body("violations[0].field", equalTo(parameter));
    }

    @Test
    void theApiDocumentTellsWhatCanBeAskedOfAView() {
        given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body(
                        "paths.'/views/{feature}/{key}'.get.parameters.collect { it.in + ' ' + it.name }",
                        containsInAnyOrder("path feature", "path key", "query min-t", "query before", "query as-of"));
    }

    @Test
    void theSameDatabaseValueGivesTheSameBytes() {
        String alice = world.creator();
        world.post(alice, "Hello");
        assertEquals(
                given().get("/views/posts/" + alice).asString(),
                given().get("/views/posts/" + alice).asString());
    }

    private static ValidatableResponse get(String path) {
        return given().get(path).then();
    }
}

package page.bits.view.page;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.view.World;

@QuarkusTest
class PageResourceTest {

    @Inject
    World world;

    @Test
    void aCreatorsPageBearsItsPostsAndTheTItWasRenderedAt() {
        String alice = world.creator();
        world.post(alice, "<script>alert(1)</script>");
        BasisT t = BasisT.of(world.peer.db());
        given().get("/@" + alice)
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .body(allOf(
                        containsString(
                                "data-stream=\"/views?posts=" + alice + "&amp;creator=" + alice + "&amp;format=html\""),
                        containsString("data-event-id=\"" + Epoch.of(world.peer.db()) + "." + t + "\""),
                        containsString("<section id=\"posts-" + alice + "\""),
                        containsString("<div id=\"creator-" + alice + "\""),
                        containsString("&lt;script&gt;alert(1)&lt;/script&gt;"),
                        not(containsString("<script>alert"))));
    }

    @Test
    void aPostsPageBearsItAndItsCommentsAndTheTItWasRenderedAt() {
        String alice = world.creator();
        UUID post = world.post(alice, "Good <b>morning</b>");
        world.comment(post, "actor-" + alice, "<script>alert(1)</script>");
        BasisT t = BasisT.of(world.peer.db());
        given().get("/@" + alice + "/" + post)
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .body(allOf(
                        containsString(
                                "data-stream=\"/views?post=" + post + "&amp;creator=" + alice + "&amp;format=html\""),
                        containsString("data-event-id=\"" + Epoch.of(world.peer.db()) + "." + t + "\""),
                        containsString("id=\"post-" + post + "\""),
                        containsString("<div id=\"creator-" + alice + "\""),
                        containsString("Good &lt;b&gt;morning&lt;/b&gt;"),
                        containsString("&lt;script&gt;alert(1)&lt;/script&gt;"),
                        not(containsString("<script>alert"))));
    }

    @Test
    void aPostIsOnThePageOfItsCreatorAlone() {
        String alice = world.creator();
        String bob = world.creator();
        UUID post = world.post(alice, "Mine");
        given().urlEncodingEnabled(false)
                .get("/%40" + alice + "/" + post)
                .then()
                .statusCode(200);
        for (String elsewhere : List.of(
                bob + "/" + post,
                "nobody/" + post,
                alice + "/" + UUID.randomUUID(),
                alice + "/x",
                alice + "/" + post + "/x")) {
            given().get("/@" + elsewhere).then().statusCode(404);
        }
        world.delete(post);
        given().get("/@" + alice + "/" + post)
                .then()
                .statusCode(404)
                .contentType("text/html;charset=UTF-8")
                .body(containsString("@" + alice + " has no such post"));
    }

    @Test
    void everyPostIsOnOneOfTheOlderPagesThatLinkToOneAnother() {
        String alice = world.creator();
        List<String> posted = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            posted.add(0, world.post(alice, "No. " + i).toString());
        }
        List<String> found = new ArrayList<>();
        String path = "/@" + alice;
        int pages = 0;
        while (path != null) {
            String page = given().get(path).then().statusCode(200).extract().asString();
            assertEquals(pages++ == 0, page.contains("data-stream"), "only the newest are live");
            found.addAll(all("<article id=\"post-([^\"]+)\"", page));
            path = all("rel=\"next\" href=\"([^\"]+)\"", page).stream()
                    .findFirst()
                    .orElse(null);
        }
        assertEquals(posted, found);
        assertEquals(3, pages);
        given().get("/@" + alice + "?before=" + posted.get(119))
                .then()
                .statusCode(200)
                .body(containsString("there are no older posts"));
    }

    @Test
    void everyCommentIsOnOneOfTheEarlierPagesThatLinkToOneAnother() {
        String alice = world.creator();
        UUID post = world.post(alice, "What do you think?");
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 210; i++) {
            said.add("Thought no. " + i);
            world.comment(post, "actor-" + alice, said.get(i));
        }
        List<String> found = new ArrayList<>();
        String path = "/@" + alice + "/" + post;
        while (path != null) {
            String page = given().get(path).then().statusCode(200).extract().asString();
            found.addAll(0, all("class=\"comment-text\"[^>]*>([^<]+)<", page));
            path = all("rel=\"next\" href=\"([^\"]+)\"", page).stream()
                    .findFirst()
                    .orElse(null);
        }
        assertEquals(said, found);
    }

    @Test
    void whatIsBeforeNothingIsExplained() {
        String alice = world.creator();
        given().get("/@" + alice + "?before=x")
                .then()
                .statusCode(422)
                .contentType("text/html;charset=UTF-8")
                .body(containsString("before"));
        given().get("/@" + alice + "?before=" + world.post(world.creator(), "Elsewhere"))
                .then()
                .statusCode(422)
                .contentType("text/html;charset=UTF-8");
    }

    private static List<String> all(String pattern, String page) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void bothSpellingsOfTheAtSignAreThePage() {
        String alice = world.creator();
        for (String at : List.of("@", "%40")) {
            given().urlEncodingEnabled(false).get("/" + at + alice).then().statusCode(200);
        }
    }

    @Test
    void noPageRunsWhatIsNotAFileOfOurs() {
        String alice = world.creator();
        String post = alice + "/" + world.post(alice, "Hello");
        for (String path : List.of("/", "/@" + alice, "/@nobody", "/@" + post)) {
            String page = given().get(path)
                    .then()
                    .header(
                            "Content-Security-Policy",
                            allOf(containsString("script-src 'self'"), not(containsString("unsafe"))))
                    .header("X-Content-Type-Options", "nosniff")
                    .extract()
                    .asString();
            assertFalse(
                    Pattern.compile("<script(?![^>]*\\bsrc=)|\\son[a-z]+=|\\sstyle=|<style")
                            .matcher(page)
                            .find(),
                    path);
        }
    }

    @Test
    void everythingAPageLinksToIsThere() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        String page = given().get("/@" + alice).asString()
                + given().get("/@" + alice + "/" + post).asString()
                + given().get("/").asString();
        List<String> links = new ArrayList<>();
        Matcher link = Pattern.compile("(?:src|href|content)=\"(/(?:assets|webjars)/[^\"]+)\"")
                .matcher(page);
        while (link.find()) {
            links.add(link.group(1));
        }
        assertFalse(links.isEmpty());
        links.forEach(path -> given().get(path).then().statusCode(200));
        given().get("/assets/stream.js").then().statusCode(200).header("Cache-Control", "no-cache");
    }

    @Test
    void aCreatorWhoIsNotThereIsAPageThatSaysSo() {
        given().get("/@nobody")
                .then()
                .statusCode(404)
                .contentType("text/html;charset=UTF-8")
                .body(containsString("@nobody"));
    }

    @Test
    void theIndexListsEveryCreatorOnceOverItsPages() {
        List<String> handles =
                IntStream.range(0, 60).mapToObj(i -> world.creator()).sorted().toList();
        List<String> listed = new ArrayList<>();
        String path = "/";
        while (path != null) {
            String page = given().get(path).then().statusCode(200).extract().asString();
            Matcher creator = Pattern.compile("href=\"/@([^\"]+)\"").matcher(page);
            while (creator.find()) {
                listed.add(creator.group(1));
            }
            Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(page);
            path = next.find() ? next.group(1) : null;
        }
        assertEquals(handles, listed.stream().filter(handles::contains).toList());
        assertEquals(listed.stream().sorted().distinct().toList(), listed);
    }

    @Test
    void aNameIsTextAndAnAvatarIsShownWhereThereIsOne() {
        String handle = world.creator();
        world.transact(Util.map(
                Attributes.DB_ID,
                Util.list(Attributes.CREATOR_HANDLE, handle),
                Attributes.CREATOR_DISPLAY_NAME,
                "A \"B\" <i>C</i>",
                Attributes.CREATOR_BIO,
                "Bio & more",
                Attributes.CREATOR_AVATAR_URL,
                "https://example.org/a.png?x=\"1\""));
        given().get("/@" + handle)
                .then()
                .statusCode(200)
                .body(allOf(
                        containsString("A &quot;B&quot; &lt;i&gt;C&lt;/i&gt;"),
                        containsString("Bio &amp; more"),
                        containsString("https://example.org/a.png?x=&quot;1&quot;"),
                        not(containsString("<i>C"))));
    }

    @Test
    void initialsAreTheFirstLettersOfTheFirstTwoWords() {
        assertEquals("AL", Readable.initials("ada lovelace byron"));
        assertEquals("A", Readable.initials("Ada"));
        assertEquals("😀B", Readable.initials("😀 b"));
    }

    @Test
    void whatStandsForAPostInATitleIsHowItBegins() {
        assertEquals("One two", Readable.excerpt(" One\n\ntwo "));
        assertEquals("😀".repeat(79) + "…", Readable.excerpt("😀".repeat(81)));
        assertEquals("😀".repeat(80), Readable.excerpt("😀".repeat(80)));
    }

    @Test
    void timesAreReadableWithoutAScript() {
        String alice = world.creator();
        world.post(alice, "Hello");
        String page = given().get("/@" + alice).asString();
        Matcher time =
                Pattern.compile("<time datetime=\"([^\"]+)\">([^<]+)</time>").matcher(page);
        assertTrue(time.find());
        assertEquals(Readable.readable(Instant.parse(time.group(1))), time.group(2));
    }
}

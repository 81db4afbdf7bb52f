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
import java.util.Optional;
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
                        containsString("data-stream=\"/views/posts/" + alice + "?format=html\""),
                        containsString("data-event-id=\"" + Epoch.of(world.peer.db()) + "." + t + "\""),
                        containsString("<section id=\"posts-" + alice + "\""),
                        containsString("&lt;script&gt;alert(1)&lt;/script&gt;"),
                        not(containsString("<script>alert"))));
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
        for (String path : List.of("/", "/@" + alice, "/@nobody")) {
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
        String page = given().get("/@" + alice).asString() + given().get("/").asString();
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
        assertEquals("AL", Readable.initials(named("ada lovelace byron")));
        assertEquals("A", Readable.initials(named("Ada")));
        assertEquals("😀B", Readable.initials(named("😀 b")));
    }

    private static Creator named(String name) {
        return new Creator("x", name, Optional.empty(), Optional.empty());
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

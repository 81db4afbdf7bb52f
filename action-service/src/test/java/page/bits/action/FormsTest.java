package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

/** Forms of a browser without JavaScript. */
@QuarkusTest
class FormsTest extends ServiceTest {

    private Session alice;
    private String page;

    @BeforeEach
    void aPage() {
        alice = guest("Alice");
        page = registered(alice);
    }

    private static RequestSpecification form() {
        return json().contentType("application/x-www-form-urlencoded")
                .redirects()
                .follow(false)
                .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                .header("Sec-Fetch-Site", "same-origin");
    }

    private static Response sent(Session actor, String action, String body) {
        return sent(actor, action, body, "http://localhost/");
    }

    private static Response sent(Session actor, String action, String body, String referer) {
        return form().cookie("bits_session", actor.token())
                .header("Referer", referer)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/actions/" + action);
    }

    private Response again(int status, Response response) {
        assertThat(response.asString(), response.statusCode(), is(status));
        assertThat(response.contentType(), startsWith("text/html"));
        assertThat(response.header("Content-Security-Policy"), containsString("default-src 'none'"));
        return response;
    }

    @Test
    void whatIsDoneLeadsToThePageAtATThatShowsIt() {
        Response response = sent(alice, "publish-post", "creator=" + page + "&text=Caf%C3%A9+%26%0D%0Amore&imageUrl=");
        assertThat(response.asString(), response.statusCode(), is(303));
        String location = response.header("Location");
        assertThat(location, startsWith("/@" + page + "?min-t=" + t() + "#post-"));
        UUID post = UUID.fromString(location.substring(location.indexOf("#post-") + 6));
        assertThat(peer.db().entity(Util.list(Attributes.POST_ID, post)).get(Attributes.POST_TEXT), is("Café &\nmore"));

        response = sent(alice, "edit-post", "postId=" + post + "&text=y&expectedT=" + t());
        assertThat(response.header("Location"), equalTo("/@" + page + "?min-t=" + t() + "#post-" + post));
        response = sent(alice, "delete-post", "postId=" + post);
        assertThat(response.header("Location"), equalTo("/@" + page + "?min-t=" + t()));
        response = sent(alice, "update-creator", "handle=" + page + "&displayName=Al&bio=");
        assertThat(response.header("Location"), equalTo("/@" + page + "?min-t=" + t()));
        assertThat(creator(page, Attributes.CREATOR_DISPLAY_NAME), is("Al"));
        String handle = newHandle();
        response = sent(alice, "register-creator", "displayName=A&handle=" + handle);
        assertThat(response.header("Location"), equalTo("/@" + handle + "?min-t=" + t()));
    }

    @Test
    void whatIsWrongComesBackAsTheFormWithWhatWasFilledIn() {
        long before = t();
        Response response = again(
                422, sent(alice, "publish-post", "creator=" + page + "&text=&imageUrl=%22%3E%3Cscript%3Ejavascript:x"));
        String html = response.asString();
        assertThat(html, containsString("action=\"/actions/publish-post\""));
        assertThat(html, containsString("name=\"creator\" value=\"" + page + "\""));
        assertThat(html, containsString("is required"));
        assertThat(html, containsString("value=\"&quot;&gt;&lt;script&gt;javascript:x\""));
        assertThat(html, not(containsString("<script")));

        html = again(404, sent(alice, "like-post", "postId=" + UUID.randomUUID()))
                .asString();
        assertThat(html, containsString("There is no post"));
        html = again(403, sent(guest("Bob"), "publish-post", "creator=" + page + "&text=mine"))
                .asString();
        assertThat(html, containsString("is not yours"));
        assertThat(html, containsString("mine</textarea>"));
        html = again(409, sent(alice, "register-creator", "handle=" + page + "&displayName=A"))
                .asString();
        assertThat(html, containsString("is taken"));
        again(400, sent(alice, "publish-post", "creator=%zz"));
        again(400, sent(alice, "publish-post", "text=%ff"));
        again(400, sent(alice, "publish-post", "text=a&text=b"));
        again(422, sent(alice, "publish-post", "creator=" + page + "&text=x&more=1"));
        again(413, sent(alice, "publish-post", "text=" + "x".repeat(70_000)));
        assertThat(t(), is(before));
    }

    @Test
    void theFormComesBackHoweverThePathOfItsActionIsSpelled() {
        for (String path : List.of("publish-post/", "publish%2Dpost", "publish-post;a=b")) {
            Response response = again(
                    422,
                    form().urlEncodingEnabled(false)
                            .cookie("bits_session", alice.token())
                            .body("text=".getBytes(StandardCharsets.UTF_8))
                            .post("/actions/" + path));
            assertThat(response.asString(), containsString("action=\"/actions/publish-post\""));
        }
    }

    @Test
    void aFormComesFromAPageOfOursWithTheCookie() {
        long before = t();
        String body = "creator=" + page + "&text=x";
        again(
                403,
                form().cookie("bits_session", alice.token())
                        .header("Sec-Fetch-Site", "cross-site")
                        .body(body.getBytes(StandardCharsets.UTF_8))
                        .post("/actions/publish-post"));
        again(401, form().body(body.getBytes(StandardCharsets.UTF_8)).post("/actions/publish-post"));
        again(
                401,
                form().cookie("bits_session", "x")
                        .body(body.getBytes(StandardCharsets.UTF_8))
                        .post("/actions/publish-post"));
        refused(
                415,
                "unsupported-media-type",
                () -> form().header("Authorization", "Bearer " + alice.token())
                        .body(body.getBytes(StandardCharsets.UTF_8))
                        .post("/actions/publish-post"));
        refused(
                415,
                "unsupported-media-type",
                () -> form().cookie("bits_session", alice.token())
                        .body("actions=x".getBytes(StandardCharsets.UTF_8))
                        .post("/actions"));
        assertThat(t(), is(before));
    }

    @Test
    void aGuestComesInByAFormFromAPageOfOursOnly() {
        Response response = again(
                403,
                json().contentType("application/x-www-form-urlencoded")
                        .header("Accept", "text/html,*/*;q=0.8")
                        .body("name=x".getBytes(StandardCharsets.UTF_8))
                        .post("/auth/guest"));
        assertThat(response.cookie("bits_session"), is(nullValue()));
    }

    @Test
    void whatIsWrongWithAGuestsFormComesBackAsTheFormToo() {
        String name = "x".repeat(81);
        Response response = again(422, cameIn("name=" + name + "&page=%2F%40alice"));
        assertThat(response.asString(), containsString("action=\"/auth/guest\""));
        assertThat(response.asString(), containsString("value=\"" + name + "\""));
        assertThat(response.asString(), containsString("name=\"page\" value=\"/@alice\""));
        assertThat(response.asString(), containsString("must have at most 80 characters"));
        assertThat(response.cookie("bits_session"), is(nullValue()));
        again(422, cameIn("name=A&more=1"));
        again(400, cameIn("name=%zz"));
    }

    @Test
    void aGuestGoesBackToThePageThatTheFormWasOnAndNowhereElse() {
        String post = "/@alice/" + UUID.randomUUID();
        for (String there : List.of("/@alice", post)) {
            assertThat(cameIn("name=A&page=" + there).header("Location"), equalTo(there));
        }
        for (String elsewhere :
                List.of("//evil.example", "https://evil.example/@alice", "/@alice/../x", "/@a%0d%0ab")) {
            again(422, cameIn("name=A&page=" + elsewhere));
        }
    }

    private static Response cameIn(String body) {
        return form().body(body.getBytes(StandardCharsets.UTF_8)).post("/auth/guest");
    }

    @Test
    void whoeverIsNotSignedInMayComeInAndSendWhatTheyWrote() {
        Response response = again(
                401,
                form().body("postId=x&text=Lovely".getBytes(StandardCharsets.UTF_8))
                        .post("/actions/comment-on-post"));
        assertThat(response.asString(), containsString("You are not signed in"));
        assertThat(response.asString(), containsString("action=\"/auth/guest\" target=\"_blank\""));
        assertThat(response.asString(), containsString("Lovely</textarea>"));
    }

    @Test
    void whatIsDoneToAPostLeadsBackToThePageThatItWasDoneOn() {
        String location =
                sent(alice, "publish-post", "creator=" + page + "&text=x").header("Location");
        String post = location.substring(location.indexOf("#post-") + 6);
        String posts = "/@" + page + "/" + post;

        String said =
                sent(alice, "comment-on-post", "postId=" + post + "&text=Hm").header("Location");
        assertThat(said, startsWith(posts + "?min-t=" + t() + "#comment-"));
        for (String action : List.of("like-post", "unlike-post")) {
            for (String referer :
                    List.of("http://localhost" + posts, "http://localhost/%40" + page + "/" + post + "?a=b")) {
                assertThat(
                        sent(alice, action, "postId=" + post, referer).header("Location"),
                        equalTo(posts + "?min-t=" + t() + "#post-" + post));
            }
            for (String referer : List.of("http://localhost/@" + page, "https://evil.example/x", "::", "mailto:x")) {
                assertThat(
                        sent(alice, action, "postId=" + post, referer).header("Location"),
                        equalTo("/@" + page + "?min-t=" + t() + "#post-" + post));
            }
        }
        assertThat(
                sent(alice, "delete-post", "postId=" + post, "http://localhost" + posts)
                        .header("Location"),
                equalTo("/@" + page + "?min-t=" + t()));
    }

    @Test
    void aGuestComesInByAFormToo() {
        Response response =
                form().body("name=Zo%C3%AB".getBytes(StandardCharsets.UTF_8)).post("/auth/guest");
        assertThat(response.statusCode(), is(303));
        assertThat(response.header("Location"), equalTo("/#start"));
        String token = response.cookie("bits_session");
        assertThat(
                json().header("Authorization", "Bearer " + token)
                        .get("/auth/session")
                        .jsonPath()
                        .getString("name"),
                equalTo("Zoë"));
        assertThat(
                form().header("Accept", "text/html")
                        .body("name=A".getBytes(StandardCharsets.UTF_8))
                        .post("/auth/guest")
                        .statusCode(),
                is(303));
        Response known = form().cookie("bits_session", token)
                .body("name=".getBytes(StandardCharsets.UTF_8))
                .post("/auth/guest");
        assertThat(known.statusCode(), is(303));
        assertThat(known.cookie("bits_session"), is(nullValue()));
    }
}

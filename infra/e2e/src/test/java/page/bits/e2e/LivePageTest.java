package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All services in one process, with the data in its memory. */
class LivePageTest extends PageTest {

    private static Application application;

    @BeforeAll
    static void start() {
        application = Application.start();
        begin(application);
    }

    @Test
    void likesCommentsEditsAndTheCreatorsNameShowInEveryBrowserWithoutAReload() {
        String post = application.newPost("Look at this");
        Page creators = tabs(1).get(0);
        try (BrowserContext another = chromium().person(true)) {
            Page posts = open(another, "/@alice/" + post);
            for (Page page : List.of(creators, posts)) {
                assertThat(count(page, post)).hasText("");
            }
            application.act("like-post", id(post));
            application.act("comment-on-post", "{\"postId\":\"" + post + "\",\"text\":\"Under <b>it</b>\"}");
            application.act("edit-post", "{\"postId\":\"" + post + "\",\"text\":\"Look at that\"}");
            application.act("update-creator", "{\"handle\":\"alice\",\"displayName\":\"Alice the Live\"}");
            for (Page page : List.of(creators, posts)) {
                assertThat(count(page, post)).hasText("1");
                assertThat(card(page, post).locator(".comments-link")).hasText("1 comment");
                assertThat(card(page, post).locator(".post-text")).hasText("Look at that");
                assertThat(card(page, post).locator(".edited")).containsText("edited");
                assertThat(page.locator("h1")).hasText("Alice the Live");
            }
            assertThat(posts.locator(".comment-text")).hasText("Under <b>it</b>");
            assertThat(posts.locator("#announcer")).containsText("New comment by Alice");
            application.act("update-creator", "{\"handle\":\"alice\",\"displayName\":\"Alice Marlowe\"}");
        }
    }

    @Test
    void aVisitorComesInByANameToLikeAndToComment() {
        String post = application.newPost("For visitors");
        Page page = tabs(1).get(0);
        Locator like = card(page, post).locator(".like");
        assertThat(like).hasAttribute("aria-pressed", "false");
        like.click();
        page.locator("#come-in-name").fill("Nadia Nuñez");
        page.locator("#come-in [type=submit]").click();
        assertThat(like).hasAttribute("aria-pressed", "true");
        assertThat(count(page, post)).hasAttribute("data-likes", "1");
        assertThat(count(page, post)).hasText("1");

        // What is mine is kept by the browser: on other pages, after a reload, and until it is taken back.
        card(page, post).locator(".comments-link").click();
        page.waitForURL("**/@alice/" + post + "#comments");
        assertThat(like).hasAttribute("aria-pressed", "true");
        page.locator("#comment-text").fill("Mine");
        page.locator("#comment-text").press("Control+Enter");
        Locator comment = page.locator(".comment");
        assertThat(comment.locator(".comment-author")).hasText("Nadia Nuñez");
        assertThat(page.locator("#comment-text")).hasValue("");
        like.click();
        assertThat(count(page, post)).hasAttribute("data-likes", "0");
        assertThat(like).hasAttribute("aria-pressed", "false");

        comment.hover();
        comment.locator("[data-do=delete-comment]").click();
        page.locator("#confirm [value=yes]").click();
        assertThat(comment).hasCount(0);
        assertThat(page.locator("#comments-heading")).hasText("No comments yet");
    }

    @Test
    void theOwnerEditsAndDeletesInPlaceAndAStaleEditIsExplainedAndNotLost() {
        String post = application.newPost("First version");
        Page visitor = tabs(1).get(0);
        try (BrowserContext hers = chromium().person(true)) {
            Page owner = hers.newPage();
            Chromium.keepStreamAtHand(owner, "/views");
            open(owner, "/@alice");
            assertThat(card(owner, post).locator("[data-do=edit-post]")).isHidden();
            owner.locator("#demo-sign-in").click();
            card(owner, post).locator("[data-do=edit-post]").click();
            Locator editor = card(owner, post).locator(".editor");
            assertThat(editor.locator("textarea")).hasValue("First version");
            editor.locator("textarea").fill("My version");
            // She does not hear of it, and saves.
            owner.evaluate("stream.close()");
            application.act("edit-post", "{\"postId\":\"" + post + "\",\"text\":\"Their version\"}");
            editor.locator("[type=submit]").click();
            assertThat(editor.locator("[data-form-error]")).containsText("Somebody edited this post");
            assertThat(editor.locator("textarea")).hasValue("My version");
            owner.evaluate("dispatchEvent(new Event('offline'))"); // on which it is asked anew
            assertThat(card(owner, post).locator(".post-text")).hasText("Their version");
            assertThat(card(owner, post).locator(".post-text")).isVisible();
            assertThat(card(visitor, post).locator(".post-text")).hasText("Their version");
            editor.locator("[type=submit]").click();
            assertThat(editor).hasCount(0);
            assertThat(card(visitor, post).locator(".post-text")).hasText("My version");
            chromium().forgive("409");

            card(owner, post).locator("[data-do=delete-post]").click();
            owner.locator("#confirm [value=no]").click();
            assertThat(card(owner, post)).isVisible();
            card(owner, post).locator("[data-do=delete-post]").click();
            owner.locator("#confirm [value=yes]").click();
            assertThat(card(owner, post)).hasCount(0);
            assertThat(owner.locator("#posts-alice article").first().locator(".like"))
                    .isFocused();
            assertThat(card(visitor, post)).hasCount(0);
        }
    }

    @Test
    void whatIsBeingWrittenAndWhereTheFocusIsSurviveWhatArrives() {
        String post = application.newPost("To be edited");
        Page owner = tabs(1).get(0);
        owner.locator("#demo-sign-in").click();
        card(owner, post).locator("[data-do=edit-post]").click();
        Locator writing = card(owner, post).locator("textarea");
        writing.fill("Half a thought");
        writing.evaluate("field => field.setSelectionRange(2, 4)");

        application.act("like-post", id(post));
        String other = application.newPost("Another one");
        assertThat(count(owner, post)).hasText("1");
        assertThat(card(owner, other)).isVisible();
        assertThat(writing).isFocused();
        assertThat(writing).hasValue("Half a thought");
        assertEquals("2-4", writing.evaluate("field => field.selectionStart + '-' + field.selectionEnd"));

        Locator like = card(owner, other).locator(".like");
        like.focus();
        application.act("like-post", id(other));
        assertThat(card(owner, application.newPost("And another"))).isVisible();
        assertThat(count(owner, other)).hasText("1");
        assertThat(like).isFocused();

        // It is gone, and what its owner was writing is not.
        application.act("delete-post", id(post));
        String last = application.newPost("And the last");
        assertThat(card(owner, last)).isVisible();
        assertThat(writing).hasValue("Half a thought");
        card(owner, post).locator("[data-close]").click();
        assertThat(card(owner, post)).hasCount(0);
    }

    @Test
    void aPostThatIsDeletedWhileSomebodyReadsItIsTakenAwayKindly() {
        String post = application.newPost("Soon gone");
        try (BrowserContext another = chromium().person(true)) {
            Page page = open(another, "/@alice/" + post);
            page.locator("#comment-text").fill("I was about to say");
            application.act("comment-on-post", "{\"postId\":\"" + post + "\",\"text\":\"First\"}");
            assertThat(page.locator(".comment")).hasCount(1);
            assertThat(page.locator("#comment-text")).isFocused();
            application.act("delete-post", id(post));
            assertThat(page.locator("#notice")).containsText("deleted this post while you were here");
            assertThat(page.locator(".post")).isHidden();
            assertThat(page.locator("#comment-text")).hasValue("I was about to say");
            page.reload();
            assertThat(page.locator("h1")).hasText("Not found");
            chromium().forgive("404");
        }
    }

    @Test
    void tabsOfAPostShareOneStream() {
        String post = application.newPost("Shared");
        try (BrowserContext another = chromium().person(true)) {
            List<Page> tabs = List.of(open(another, "/@alice/" + post), open(another, "/@alice/" + post));
            await().atMost(Duration.ofSeconds(20)).until(() -> application.openStreams() == 1);
            application.act("comment-on-post", "{\"postId\":\"" + post + "\",\"text\":\"To all\"}");
            tabs.forEach(tab -> assertThat(tab.locator(".comment-text")).hasText("To all"));
            // A round that holds the card alone leaves the post as it is, in the tab that follows too.
            application.newPost("Counted");
            tabs.forEach(tab -> assertThat(tab.locator(".post-count"))
                    .hasText(tabs.get(0).locator(".post-count").textContent()));
            tabs.forEach(tab -> assertThat(tab.locator(".comment-text")).hasText("To all"));
            assertEquals(1, application.openStreams());
        }
    }

    /** Tabs in the background are suspended, and not told what was said meanwhile. */
    @Test
    void aTabThatMissedAPartDoesNotTakeTheNextForAll() {
        List<Page> tabs = tabs(2);
        await().atMost(Duration.ofSeconds(20)).until(() -> application.openStreams() == 1);
        tabs.get(0).evaluate("""
                        () => {
                          const { stream, eventId } = document.getElementById("page").dataset;
                          const [epoch, t] = eventId.split(".");
                          const id = (later) => epoch + "." + (Number(t) + later);
                          const html = (count) => `<div id="creator-alice"><p class="post-count">${count}</p></div>`;
                          const channel = new BroadcastChannel("bits:" + stream);
                          const say = (message) => channel.postMessage({ type: "morph", truth: false, ...message });
                          say({ id: id(3000), base: id(2000), data: html("after a gap") });
                          say({ id: id(1000), base: eventId, data: html("the next") });
                        }
                        """);
        // Were the first one taken, this would be too old.
        assertThat(tabs.get(1).locator(".post-count")).hasText("the next");
    }

    @Test
    void theIndicatorTellsWhenThePageIsBehind() {
        Page page = person().newPage();
        Chromium.keepStreamAtHand(page, "/views");
        open(page, "/@alice");
        String keepalive =
                "stale => stream.dispatchEvent(new MessageEvent('keepalive', {data: JSON.stringify({t: 1, stale})}))";
        page.evaluate(keepalive, true);
        assertThat(live(page)).hasAttribute("data-state", "behind");
        page.evaluate(keepalive, false);
        assertThat(live(page)).hasAttribute("data-state", "live");

        // The answer to an action tells of a t that the stream does not come to, and then does.
        page.locator("#demo-sign-in").click();
        long t = Long.parseLong(application
                .get("/views/posts/alice")
                .headers()
                .firstValue("Bits-T")
                .orElseThrow());
        page.route(
                "**/actions/publish-post",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody("{\"t\":" + (t + 1) + ",\"result\":{}}")));
        page.locator("#composer-text").fill("Written to a node that is ahead");
        page.locator("#composer [type=submit]").click();
        assertThat(live(page)).hasAttribute("data-state", "behind", slowly());
        application.newPost("Now it is here");
        assertThat(live(page)).hasAttribute("data-state", "live");
    }

    @Test
    void withoutJavaScriptPeopleComeInLikeCommentAndPublish() {
        String post = application.newPost("Plainly");
        try (BrowserContext plain = chromium().person(false)) {
            Page page = plain.newPage();
            page.navigate(application.address() + "/@alice/" + post);
            page.locator("#comment-text").fill("Before I came in");
            page.locator("#commenter [type=submit]").click();
            assertThat(page.locator("[role=alert]")).containsText("You are not signed in");
            chromium().forgive("401");
            Page beside = plain.waitForPage(
                    () -> page.locator("form[target=_blank] [type=submit]").click());
            beside.waitForLoadState();
            beside.close();
            page.locator("form[action='/actions/comment-on-post'] [type=submit]")
                    .click();
            page.waitForURL("**/@alice/" + post + "?min-t=*");
            assertThat(page.locator(".comment-text")).hasText("Before I came in");

            page.locator(".like").click();
            page.waitForURL("**/@alice/" + post + "?min-t=*#post-*");
            assertThat(count(page, post)).hasText("1");
            page.locator(".unlike").click();
            assertThat(count(page, post)).hasText("");

            plain.clearCookies();
            page.navigate(application.address() + "/@alice/" + post);
            page.locator("summary").getByText("Come in").click();
            page.locator("#plain-guest").fill("Zoë");
            page.locator("#plain-guest").press("Enter");
            page.waitForURL("**/@alice/" + post);
            page.locator("#comment-text").fill("I am Zoë");
            page.locator("#commenter [type=submit]").click();
            assertThat(page.locator(".comment-author").last()).hasText("Zoë");

            page.navigate(application.address() + "/");
            String handle = "p" + UUID.randomUUID().toString().substring(0, 8);
            page.locator("#plain-name").fill("Zoë");
            page.locator("#plain-handle").fill(handle);
            page.locator("#plain-handle").press("Enter");
            page.waitForURL("**/@" + handle + "?min-t=*");
            page.locator("summary").getByText("Write as").click();
            page.locator("#plain-text").fill("Published plainly");
            page.locator("form[action='/actions/publish-post'] [type=submit]")
                    .last()
                    .click();
            assertThat(page.locator(".post-text")).hasText("Published plainly");
        }
    }

    private static Page open(BrowserContext person, String path) {
        return open(person.newPage(), path);
    }

    private static Page open(Page page, String path) {
        page.navigate(application.address() + path);
        assertThat(live(page)).hasAttribute("data-state", "live", slowly());
        return page;
    }

    private static Locator card(Page page, String post) {
        return page.locator("[data-post='" + post + "']");
    }

    /** How many like it, as it is shown. */
    private static Locator count(Page page, String post) {
        return card(page, post).locator("[data-likes]");
    }

    private static String id(String post) {
        return "{\"postId\":\"" + post + "\"}";
    }

    @Test
    void tabsComeBackByThemselvesWhenTheServerIsStoppedAndStartedAgain() {
        List<Page> tabs = tabs(2);
        String before = unique();
        application.publish("\"" + before + "\"");
        tabs.forEach(tab -> assertThat(post(tab, before)).isVisible());

        application.stop();
        tabs.forEach(tab -> assertThat(live(tab)).hasAttribute("data-state", "reconnecting", slowly()));
        application.startAgain();

        tabs.forEach(tab -> assertThat(live(tab)).hasAttribute("data-state", "live", slowly()));
        tabs.forEach(tab -> Presence.assertCount(tab, 1));
        // In memory this is a new history: the demo's posts are there, and what was posted before is not.
        tabs.forEach(tab -> assertThat(post(tab, before)).hasCount(0));
        tabs.forEach(
                tab -> assertFalse(tab.locator("#posts-alice article").all().isEmpty()));
        String after = unique();
        application.publish("\"" + after + "\"");
        tabs.forEach(tab -> assertThat(post(tab, after)).isVisible());
        // Whoever asks between its start and its database gets a 503, or before its demo a 404, and the browser tells.
        chromium().forgive("503");
        chromium().forgive("404");
    }
}

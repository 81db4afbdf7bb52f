package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person sees in a real browser, the same whatever Bits is made of. */
abstract class PageTest {

    private static Site site;
    private static Chromium chromium;

    private BrowserContext person;

    /** Starts what is tested, and stops it after the last test of the class. */
    static void begin(Site started) {
        site = started;
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        site.close();
    }

    static Chromium chromium() {
        return chromium;
    }

    @BeforeEach
    void newPerson() {
        person = chromium.person(true);
    }

    @AfterEach
    void nothingWasComplainedOf() {
        person.close();
        assertEquals(List.of(), chromium.complaints());
    }

    @Test
    void aPostShowsInEveryOpenTabWithoutAReload() {
        List<Page> tabs = tabs(2);
        String text = unique();
        site.publish("\"" + text + "\"");
        tabs.forEach(tab -> assertThat(post(tab, text)).isVisible());
        tabs.forEach(
                tab -> assertThat(tab.locator("#posts-alice article").first()).containsText(text));
    }

    @Test
    void sevenTabsShareOneStreamAndTheSeventhCanStillPost() {
        List<Page> tabs = tabs(7);
        await().atMost(Duration.ofSeconds(20)).until(() -> site.openStreams() == 1);
        Page seventh = tabs.get(6);
        seventh.locator("#demo-sign-in").click();
        String text = unique();
        seventh.locator("#composer-text").fill(text);
        seventh.locator("#composer [type=submit]").click();
        tabs.forEach(tab -> assertThat(post(tab, text)).isVisible());
        assertThat(seventh.locator("#composer-text")).hasValue("");
        assertEquals(1, site.openStreams());
    }

    @Test
    void whenTheTabThatStreamsIsClosedAnotherGoesOn() {
        List<Page> tabs = tabs(3);
        await().atMost(Duration.ofSeconds(20)).until(() -> site.openStreams() == 1);
        tabs.get(0).close();
        String text = unique();
        site.publish("\"" + text + "\"");
        tabs.subList(1, 3).forEach(tab -> assertThat(post(tab, text)).isVisible());
        await().atMost(Duration.ofSeconds(20)).until(() -> site.openStreams() == 1);
    }

    @Test
    void whatPeopleWriteShowsAsText() {
        Page tab = tabs(1).get(0);
        site.publish("\"<img src=x onerror=alert(1)>\"");
        assertThat(post(tab, "<img src=x onerror=alert(1)>")).isVisible();
        site.publish("\"a\\r\\nevent: evil\"");
        assertThat(post(tab, "event: evil")).isVisible();
        site.publish("\"a\\r\\n\\r\\nevent: gone\\r\\ndata: {}\\r\\n\\r\\n<script>alert(2)</script>\"");
        assertThat(post(tab, "event: gone")).isVisible();
        assertEquals(
                0, tab.locator("#posts-alice img[src=x], #posts-alice script").count());
        assertThat(live(tab)).hasAttribute("data-state", "live");
        tab.reload();
        assertThat(post(tab, "<img src=x onerror=alert(1)>")).isVisible();
        assertEquals(
                0, tab.locator("#posts-alice img[src=x], #posts-alice script").count());
    }

    @Test
    void aBadPostIsExplainedAndNotLost() {
        Page tab = tabs(1).get(0);
        tab.locator("#demo-sign-in").click();
        tab.locator("#composer-text").fill("With a picture");
        tab.locator("#composer summary").click();
        tab.locator("#composer-image").fill("javascript:alert(1)");
        tab.locator("#composer [type=submit]").click();
        assertThat(tab.locator("#composer-image-error")).isVisible();
        assertThat(tab.locator("#composer-text")).hasValue("With a picture");
        // The browser reports the 422 that was asked for; that is no complaint of the page's.
        assertTrue(chromium.forgive("422") > 0);
    }

    @Test
    void aNewcomerMakesAPageAndPublishesOnIt() {
        Page tab = person.newPage();
        tab.navigate(site.address() + "/");
        String handle = "n" + UUID.randomUUID().toString().substring(0, 8);
        tab.locator("#start-name").fill("Nadia Nuñez");
        tab.locator("#start-handle").fill(handle);
        tab.locator("#start-form [type=submit]").click();
        tab.waitForURL("**/@" + handle);
        String text = unique();
        tab.locator("#composer-text").fill(text);
        tab.locator("#composer-text").press("Control+Enter");
        assertThat(tab.locator("#posts-" + handle + " article").getByText(text)).isVisible();
    }

    @Test
    void pagesAreReadableWithoutJavaScript() {
        site.publish("\"Readable by everyone\"");
        try (BrowserContext plain = chromium.person(false)) {
            Page tab = plain.newPage();
            tab.navigate(site.address() + "/@alice");
            assertThat(post(tab, "Readable by everyone").first()).isVisible();
            assertThat(tab.locator("#posts-alice time").first()).containsText("UTC");
            assertThat(tab.locator("#presence")).isHidden();
            tab.navigate(site.address() + "/");
            assertThat(tab.locator(".creator-card")).not().hasCount(0);
        }
    }

    BrowserContext person() {
        return person;
    }

    List<Page> tabs(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    Page tab = person.newPage();
                    tab.navigate(site.address() + "/@alice");
                    assertThat(live(tab)).hasAttribute("data-state", "live", slowly());
                    return tab;
                })
                .toList();
    }

    static Locator live(Page tab) {
        return tab.locator("#live");
    }

    static Locator post(Page tab, String text) {
        return tab.locator("#posts-alice article").getByText(text);
    }

    static LocatorAssertions.HasAttributeOptions slowly() {
        return new LocatorAssertions.HasAttributeOptions().setTimeout(60_000);
    }

    static String unique() {
        return "Post " + UUID.randomUUID();
    }
}

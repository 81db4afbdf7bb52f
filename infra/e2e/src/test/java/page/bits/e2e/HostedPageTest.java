package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each service in processes of its own, behind a gateway. */
class HostedPageTest extends PageTest {

    private static HostedSite hosted;

    @BeforeAll
    static void start() {
        hosted = HostedSite.start();
        begin(hosted);
    }

    @Test
    void twoPeopleOnTwoNodesSeeTheSamePostAndGoOnWhenOneNodeIsKilled() throws Exception {
        Page mine = tabs(1).get(0);
        try (BrowserContext another = chromium().person(true)) {
            Page theirs = another.newPage();
            theirs.navigate(hosted.address() + "/@alice");
            assertThat(live(theirs)).hasAttribute("data-state", "live", slowly());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> hosted.openStreams(1) == 1 && hosted.openStreams(2) == 1);
            assertEveryoneSeesTheNextPost(List.of(mine, theirs));

            hosted.kill("view-1");
            String meanwhile = unique();
            hosted.publish("\"" + meanwhile + "\"");
            for (Page tab : List.of(mine, theirs)) {
                assertThat(post(tab, meanwhile)).isVisible();
                assertThat(live(tab)).hasAttribute("data-state", "live", slowly());
            }
            assertEveryoneSeesTheNextPost(List.of(mine, theirs));
            hosted.awaitReady();
        }
    }

    @Test
    void twoPeopleOnTwoNodesSeeOneAnotherAndNobodyLeavesWhenOneNodeIsKilled() throws Exception {
        try (BrowserContext one = chromium().person(true);
                BrowserContext another = chromium().person(true)) {
            List<Page> pages = List.of(one.newPage(), another.newPage());
            for (Page page : pages) {
                page.navigate(hosted.address() + "/@bob");
                Presence.assertCount(page, 1 + pages.indexOf(page));
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> hosted.openPresences(1) == 1 && hosted.openPresences(2) == 1);
            pages.forEach(page -> Presence.assertCount(page, 2));
            pages.forEach(Presence::watchCount);

            hosted.kill("presence-1");
            await().atMost(Duration.ofSeconds(20)).until(() -> hosted.openPresences(2) == 2);
            hosted.awaitReady();
            for (Page page : pages) {
                Presence.assertCount(page, 2);
                assertThat(page.locator("#presence.doubtful")).hasCount(0);
                assertEquals(2, Presence.lowestCount(page));
            }
        }
    }

    private static void assertEveryoneSeesTheNextPost(List<Page> tabs) {
        String text = unique();
        hosted.publish("\"" + text + "\"");
        tabs.forEach(tab -> assertThat(post(tab, text)).isVisible());
    }
}

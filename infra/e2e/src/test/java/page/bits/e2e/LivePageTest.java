package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.microsoft.playwright.Page;
import java.util.List;
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
    void tabsComeBackByThemselvesWhenTheServerIsStoppedAndStartedAgain() {
        List<Page> tabs = tabs(2);
        String before = unique();
        application.publish("\"" + before + "\"");
        tabs.forEach(tab -> assertThat(post(tab, before)).isVisible());

        application.stop();
        tabs.forEach(tab -> assertThat(live(tab)).hasAttribute("data-state", "reconnecting", slowly()));
        application.startAgain();

        tabs.forEach(tab -> assertThat(live(tab)).hasAttribute("data-state", "live", slowly()));
        // In memory this is a new history: the demo's posts are there, and what was posted before is not.
        tabs.forEach(tab -> assertThat(post(tab, before)).hasCount(0));
        tabs.forEach(
                tab -> assertFalse(tab.locator("#posts-alice article").all().isEmpty()));
        String after = unique();
        application.publish("\"" + after + "\"");
        tabs.forEach(tab -> assertThat(post(tab, after)).isVisible());
        // Whoever asks between its start and its database gets a 503, and the browser tells.
        chromium().forgive("503");
    }
}

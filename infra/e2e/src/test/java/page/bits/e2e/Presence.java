package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

/** What a page shows of who is on it. */
final class Presence {

    private Presence() {}

    static Locator section(Page page) {
        return page.locator("#presence");
    }

    static void assertCount(Page page, int count) {
        assertThat(page.locator("#presence.known [data-count]")).hasText(Integer.toString(count));
    }

    /** "You, Alice and 2 others" */
    static void assertWords(Page page, String words) {
        assertThat(page.locator("#presence :is(p, summary):visible")).hasText(words);
    }

    /** Remembers, from now on, every count that is shown, if only for a moment. */
    static void watchCount(Page page) {
        page.evaluate("""
                () => {
                  const count = document.querySelector("#presence [data-count]");
                  window.counts = [Number(count.textContent)];
                  new MutationObserver(() => counts.push(Number(count.textContent)))
                    .observe(count, { childList: true, characterData: true, subtree: true });
                }
                """);
    }

    /** Since it is watched. */
    static int lowestCount(Page page) {
        return (int) page.evaluate("Math.min(...counts)");
    }
}

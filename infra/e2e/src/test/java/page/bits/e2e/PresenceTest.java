package page.bits.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who sees whom on a creator's page, in real browsers, all services in one process. */
class PresenceTest {

    /** Longer than the time after which somebody who left is taken for gone. */
    private static final Duration LONGER_THAN_GRACE = Duration.ofSeconds(7);

    private static Application application;
    private static Chromium chromium;

    private final List<BrowserContext> people = new ArrayList<>();
    private String handle;

    @BeforeAll
    static void start() {
        application = Application.start();
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        application.close();
    }

    /** A page of its own for each test: on that of another somebody might not be taken for gone yet. */
    @BeforeEach
    void newCreator() {
        handle = "c" + UUID.randomUUID().toString().substring(0, 8);
        application.act("register-creator", "{\"handle\":\"" + handle + "\",\"displayName\":\"Carla\"}");
    }

    @AfterEach
    void everyoneLeavesAndNothingWasComplainedOf() {
        people.forEach(BrowserContext::close);
        assertEquals(List.of(), chromium.complaints());
    }

    @Test
    void whoeverIsThereCountsOnceAndShowsByNameToEveryone() {
        BrowserContext alice = alice();
        List<Page> hers = List.of(open(alice), open(alice), open(alice));
        Page guests = open(guest("<img src=x onerror=alert(1)>"));
        Page strangers = open(stranger());

        hers.forEach(page -> Presence.assertCount(page, 3));
        hers.forEach(page -> Presence.assertWords(page, "You, <img src=x onerror=alert(1)> and 1 other"));
        Presence.assertCount(guests, 3);
        Presence.assertWords(guests, "You, Alice Marlowe and 1 other");
        Presence.assertCount(strangers, 3);
        Presence.assertWords(strangers, "You, Alice Marlowe and 1 other");
        Presence.section(strangers).locator("summary").press("Enter");
        assertThat(Presence.section(strangers).locator(".names li"))
                .hasText(new String[] {"AMAlice Marlowe", "<S<img src=x onerror=alert(1)>", "and you"});
        assertThat(Presence.section(strangers).locator("img")).hasCount(0);
        Presence.section(guests).locator("summary").press("Enter");
        assertThat(Presence.section(guests).locator(".names li"))
                .hasText(new String[] {"AMAlice Marlowe", "<S<img src=x onerror=alert(1)> (you)", "and 1 other"});
        assertEquals(true, Presence.section(guests).locator(".names").evaluate("""
                        names => new Set(Array.from(names.querySelectorAll("bdi"), name => name.getBoundingClientRect().x)).size === 1
                        """), "the names are in line");
        await().atMost(Duration.ofSeconds(20)).until(() -> application.openPresences() == 3);

        Presence.watchCount(strangers);
        hers.get(0).close();
        hers.get(1).close();
        stays(() -> Presence.lowestCount(strangers) == 3);
        hers.get(2).close();
        Presence.assertCount(strangers, 2);
        Presence.assertWords(strangers, "You and <img src=x onerror=alert(1)>");
        Presence.assertCount(guests, 2);
        guests.close();
        Presence.assertCount(strangers, 1);
        Presence.assertWords(strangers, "Just you");
    }

    @Test
    void aReloadIsNoLeave() {
        Page reloaded = open(guest("Rita"));
        Page another = open(stranger());
        Presence.assertCount(another, 2);
        Presence.watchCount(another);
        for (int i = 0; i < 3; i++) {
            reloaded.reload();
            Presence.assertCount(reloaded, 2);
        }
        stays(() -> Presence.lowestCount(another) == 2);
        assertThat(face(another, "Rita")).hasCount(1);
    }

    @Test
    void whoeverReadsAPostIsWithItsCreator() {
        String post = application
                .act("publish-post", "{\"creator\":\"" + handle + "\",\"text\":\"Come in\"}")
                .replaceAll(".*\"postId\":\"([^\"]+)\".*", "$1");
        Page another = open(stranger());
        Page reader = open(guest("Rita"));
        Presence.assertCount(another, 2);
        Presence.watchCount(another);
        reader.navigate(application.address() + "/@" + handle + "/" + post);
        Presence.assertCount(reader, 2);
        stays(() -> Presence.lowestCount(another) == 2);
    }

    @Test
    void whatIsShownStaysWhenTheConnectionIsLostAndIsMarkedUntilItIsBack() {
        BrowserContext traveller = guest("Tara");
        Page away = open(traveller);
        Page another = open(stranger());
        Presence.assertCount(away, 2);
        Presence.watchCount(away);

        traveller.setOffline(true);
        assertThat(Presence.section(away).locator("[data-doubt]")).hasText("Offline");
        assertThat(Presence.section(away).locator("[data-when]")).hasText("here a moment ago");
        Presence.assertCount(another, 1);
        Presence.assertCount(away, 2);

        traveller.setOffline(false);
        Presence.assertCount(another, 2);
        assertThat(Presence.section(away).locator("[data-when]")).hasText("here now");
        Presence.assertCount(away, 2);
        // Nobody else knew of her; she herself was never told that she is nowhere.
        assertTrue(Presence.lowestCount(away) > 0);
    }

    @Test
    void whatMayBeOldIsMarked() {
        Page page = stranger().newPage();
        Chromium.keepStreamAtHand(page, "/presence");
        open(page);
        Presence.assertCount(page, 1);
        page.evaluate("""
                () => {
                  window.keepalive = stale =>
                    stream.dispatchEvent(new MessageEvent("keepalive", { data: JSON.stringify({ t: 1, stale }) }));
                  window.again = setInterval(() => keepalive(true), 500);
                }
                """);
        assertThat(Presence.section(page).locator("[data-doubt]")).hasText("Maybe behind");
        Presence.assertCount(page, 1);
        page.evaluate("clearInterval(again); keepalive(false)");
        assertThat(Presence.section(page).locator("[data-doubt]")).hasText("");
    }

    @Test
    void whoeverDoesNotWantToBeNamedIsNot() {
        BrowserContext shy = guest("Shirin");
        Page first = open(shy);
        Page second = open(shy);
        Page another = open(stranger());
        assertThat(face(another, "Shirin")).hasCount(1);
        first.locator("#name-switch").click();
        assertThat(face(another, "Shirin")).hasCount(0);
        Presence.assertCount(another, 2);
        assertThat(second.locator("#name-switch")).hasText("Show my name");
        first.reload();
        second.close();
        stays(() -> face(another, "Shirin").count() == 0);
        Presence.assertCount(another, 2);
        first.locator("#name-switch").click();
        assertThat(face(another, "Shirin")).hasCount(1);
        Presence.assertCount(another, 2);
    }

    @Test
    void whoeverSignsInOrOutIsThenThereAsThat() {
        Page page = stranger().newPage();
        Page another = stranger().newPage();
        for (Page visitor : List.of(page, another)) {
            visitor.navigate(application.address() + "/@alice");
        }
        Presence.assertCount(another, 2);
        assertThat(page.locator("#name-switch")).isHidden();
        page.locator("#demo-sign-in").click();
        assertThat(face(another, "Alice Marlowe")).hasCount(1);
        Presence.assertCount(another, 2);
        Presence.assertWords(page, "You and 1 other");
        page.locator("#sign-out").click();
        assertThat(face(another, "Alice Marlowe")).hasCount(0);
        Presence.assertCount(another, 2);
    }

    /** A tab that nobody sees would otherwise take connections from those that somebody does. */
    @Test
    void aPageIsLeftWhenAnotherOfTheSiteIsLookedAtInstead() {
        BrowserContext reader = guest("Rita");
        Page page = open(reader);
        Page another = open(stranger());
        Presence.assertCount(another, 2);
        Presence.watchCount(another);
        Presence.watchCount(page);
        hide(page, true); // for a glance at something else
        stays(() -> Presence.lowestCount(another) == 2);

        Page elsewhere = reader.newPage();
        elsewhere.navigate(application.address() + "/@bob");
        Presence.assertCount(another, 1);
        assertThat(Presence.section(page).locator("[data-when]")).hasText("here a moment ago");
        hide(elsewhere, true);
        hide(page, false);
        Presence.assertCount(another, 2);
        Presence.assertCount(page, 2);
        assertThat(Presence.section(page).locator("[data-when]")).hasText("here now");
        assertEquals(2, Presence.lowestCount(page));
    }

    @Test
    void whoseSessionHasEndedIsToldWithTheStream() {
        BrowserContext rita = guest("Rita");
        Page page = rita.newPage();
        Chromium.keepStreamAtHand(page, "/presence");
        open(page);
        assertThat(page.locator("#name-switch")).isVisible();
        Presence.assertWords(page, "Just you");
        rita.clearCookies();
        page.evaluate("stream.dispatchEvent(new MessageEvent('reconnect', {data: '{\"retry\":0}'}))");
        assertThat(page.locator("#name-switch")).isHidden();
        Presence.assertWords(page, "Just you");
    }

    @Test
    void wordsAreTrueOfWhoeverReadsThem() {
        Page page = open(stranger());
        Object words = page.evaluate("""
                async () => {
                  const { inWords, restInWords } = await import(location.origin + "/assets/presence-words.js");
                  const told = (names, anonymous, me) => {
                    const viewers = names.map((name) => ({ id: name, name }));
                    const presence = { count: names.length + anonymous, viewers, anonymous };
                    const words = inWords(presence, me).map((part) => part.name ?? part).join("");
                    return [words, restInWords(presence, me)].join(" | ");
                  };
                  return [
                    told([], 0),
                    told(["Ann"], 0),
                    told([], 1),
                    told(["Ann"], 0, "Ann"),
                    told([], 2),
                    told([], 2, "Ann"),
                    told(["Ann"], 1),
                    told(["Ann", "Ben"], 3),
                    told(["Ann", "Ben"], 0, "Ben"),
                    told(["Ann", "Ben"], 2, "Ben"),
                  ];
                }
                """);
        assertEquals(
                List.of(
                        "Nobody yet | ",
                        "Ann | ",
                        "Just you | and you",
                        "Just you | ",
                        "You and 1 other | you and 1 other",
                        "You and 1 other | you and 1 other",
                        "You and Ann | and you",
                        "You, Ann and 3 others | you and 2 others",
                        "You and Ann | ",
                        "You, Ann and 2 others | and 2 others"),
                words);
    }

    @Test
    void aStateFollowsFromTheOneBeforeItAndADelta() {
        Page page = open(stranger());
        Object state = page.evaluate("""
                async () => {
                  const { after } = await import(location.origin + "/assets/presence-state.js");
                  const viewer = (id, seconds, name = id) => ({ id, name, since: `2026-11-28T10:00:0${seconds}Z` });
                  const events = [
                    ["snapshot", { count: 4, viewers: [viewer("b", 1), viewer("a", 2), viewer("c", "2.5")], anonymous: 1, stale: false }],
                    ["delta", { count: 5, joined: [viewer("e", 2), viewer("a", 2, "A")], left: ["b", "never"], anonymous: 2, stale: true }],
                    ["delta", { count: 5, joined: [viewer("c", 9)], left: ["c"], anonymous: 2, stale: false }],
                  ];
                  const states = [];
                  for (const [type, event] of events) states.push(after(states.at(-1) ?? null, type, event));
                  return states.map(({ count, viewers, anonymous, stale }) =>
                    [count, viewers.map(({ name }) => name).join(""), anonymous, stale].join(" "));
                }
                """);
        assertEquals(List.of("4 bac 1 false", "5 Aec 2 true", "5 Aec 2 false"), state);
    }

    private BrowserContext stranger() {
        BrowserContext person = chromium.person(true);
        people.add(person);
        return person;
    }

    private BrowserContext guest(String name) {
        return signedIn("/auth/guest", Map.of("name", name));
    }

    private BrowserContext alice() {
        return signedIn("/auth/demo", Map.of("handle", "alice"));
    }

    private BrowserContext signedIn(String path, Map<String, String> who) {
        BrowserContext person = stranger();
        assertEquals(
                200,
                person.request()
                        .post(
                                application.address() + path,
                                RequestOptions.create().setData(who))
                        .status());
        return person;
    }

    private Page open(BrowserContext person) {
        return open(person.newPage());
    }

    private Page open(Page page) {
        page.navigate(application.address() + "/@" + handle);
        assertThat(page.locator("#presence.known")).isVisible();
        return page;
    }

    private static Locator face(Page page, String name) {
        return Presence.section(page).locator(".face[title='" + name + "']:not(.leaving)");
    }

    /** As when somebody looks at another tab, or at this one again: pages of a headless browser are all visible. */
    private static void hide(Page page, boolean hidden) {
        page.evaluate("""
                hidden => {
                  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
                  document.dispatchEvent(new Event("visibilitychange"));
                }
                """, hidden);
    }

    private static void stays(Callable<Boolean> condition) {
        await().during(LONGER_THAN_GRACE)
                .atMost(LONGER_THAN_GRACE.multipliedBy(3))
                .until(condition);
    }
}

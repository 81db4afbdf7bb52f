package page.bits.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real browser, the one that the system has installed. Remembers everything that pages complain of. */
final class Chromium implements AutoCloseable {

    /** For what takes the application some seconds, and a machine that has other things to do. */
    private static final double PATIENCE_MS = 30_000;

    private static final String EXECUTABLE =
            Objects.requireNonNullElse(System.getenv("BITS_CHROMIUM"), "/usr/bin/chromium");

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser = playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of(EXECUTABLE))
                    .setHeadless(true)
                    .setArgs(List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Chromium() {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    }

    /** A browser of its own: its tabs share cookies, locks and connections with one another and with nobody else. */
    BrowserContext person(boolean javaScript) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions().setJavaScriptEnabled(javaScript));
        context.setDefaultTimeout(PATIENCE_MS);
        context.onPage(this::listen);
        return context;
    }

    /** As {@code stream}, for the scripts of a test: the newest that the page has opened to where the path begins so. */
    static void keepStreamAtHand(Page page, String path) {
        page.addInitScript("""
                const Real = EventSource;
                EventSource = class extends Real {
                  constructor(url) {
                    super(url);
                    if (new URL(url, location).pathname.startsWith("%s")) window.stream = this;
                  }
                };
                """.formatted(path));
    }

    private void listen(Page page) {
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !isLostConnection(message)) {
                complaints.add(message.text());
            }
        });
        page.onPageError(error -> complaints.add(error));
        page.onDialog(dialog -> {
            complaints.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
    }

    /** A browser reports every connection that it could not make, and a server that is stopped makes some. */
    private static boolean isLostConnection(ConsoleMessage message) {
        return message.text().contains("net::ERR_");
    }

    /** Errors in the console (violations of the content security policy among them), uncaught exceptions, dialogs. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Forgets the complaints that hold {@code text}, and tells how many there were. */
    int forgive(String text) {
        List<String> forgiven = complaints.stream()
                .filter(complaint -> complaint.contains(text))
                .toList();
        complaints.removeAll(forgiven);
        return forgiven.size();
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}

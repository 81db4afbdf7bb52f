package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A page that one node has rendered, and whose stream is another's that is behind. */
@ExtendWith(HostedExtension.class)
class NodeBehindTest {

    private static final Pattern PORT = Pattern.compile("-Dbits\\.transactor\\.port=(\\d+)");
    private static final Pattern EVENT_ID = Pattern.compile("data-event-id=\"([a-z0-9]+\\.\\d+)\"");
    private static final Duration BEHIND = Duration.ofSeconds(2);

    private final Hosted hosted;

    NodeBehindTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void aStreamBeginsNoEarlierThanThePageThatItBelongsTo() throws Exception {
        Author author = hosted.author(hosted.addresses());
        try (StallableProxy proxy = new StallableProxy(Hosted.FAR, portForPeers(hosted.activeTransactor()))) {
            // Only now is there someone to connect to where it tries first.
            hosted.process("view-2").kill();
            hosted.cluster().awaitReady(Duration.ofMinutes(2));
            assertTrue(proxy.accepted() > 0, "view-2 reaches the transactor through the proxy");
            Author.Answer first = author.publish(author.handle() + "#1", "");
            await().until(() -> t("view-2", author) >= first.t());

            proxy.stall();
            long t = author.publish(author.handle() + "#2", "").t();
            await().until(() -> t("view-1", author) >= t);
            Matcher page = EVENT_ID.matcher(hosted.html("view-1", author));
            assertTrue(page.find(), "the page names its event id");
            assertTrue(t("view-2", author) < t, "view-2 is behind, or this tests nothing");
            URI view2 = URI.create("http://127.0.0.1:" + hosted.cluster().port("view-2"));
            long asked = System.nanoTime();
            try (StreamReader reader =
                    StreamReader.from(page.group(1), List.of(view2), author.stream() + "?format=json")) {
                TimeUnit.NANOSECONDS.sleep(BEHIND.toNanos());
                assertEquals(List.of(), reader.begun(), "it waits for what the page has shown");
                proxy.goOn();
                await().until(() -> !reader.begun().isEmpty());
                StreamReader.Connection begun = reader.begun().get(0);
                System.out.printf(
                        "view-2 behind: its stream began with a %s after %.1f s%n",
                        begun.beganWith(), (begun.beganAt() - asked) / 1e9);
                assertTrue(List.of("delta", "keepalive").contains(begun.beganWith()), begun::toString);
                Author.Answer third = author.publish(author.handle() + "#3", "");
                await().until(() -> reader.page().hasShown(author.handle() + "#3"));
                assertEquals(third.t(), reader.page().t());
                Hosted.assertNoViolations(List.of(reader));
            }
        }
        // The way through the proxy is gone: it finds the other.
        Author.Answer last = author.publish(author.handle() + "#4", "");
        await().atMost(Duration.ofSeconds(30)).until(() -> t("view-2", author) >= last.t());
    }

    private long t(String view, Author author) throws Exception {
        return hosted.page(view, author, 0).path("t").asLong();
    }

    /** It is told on its command line. */
    private int portForPeers(String transactor) {
        String command = ProcessHandle.of(hosted.process(transactor).pid())
                .flatMap(process -> process.info().arguments())
                .map(arguments -> String.join(" ", arguments))
                .orElseThrow();
        Matcher port = PORT.matcher(command);
        assertTrue(port.find(), command);
        return Integer.parseInt(port.group(1));
    }
}

package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.sse.StreamClient;
import page.bits.view.ViewKey;
import page.bits.view.World;

/** What is rendered, counted where the feature is asked. */
@QuarkusTest
class RenderingCostTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int WATCHED = 1_000;
    private static final int HERD = 2_000;

    @Inject
    World world;

    @Inject
    CountedFeature feature;

    @Inject
    LiveViews views;

    @Inject
    FrameCache answers;

    @TestHTTPResource
    URI address;

    @Test
    void aTransactionAsksNothingOfTheViewsThatItDoesNotTouch() {
        String[] handles =
                IntStream.range(0, WATCHED).mapToObj(i -> world.creator()).toArray(String[]::new);
        List<LiveViews.Watch> watches = new ArrayList<>();
        for (String handle : handles) {
            watches.add(views.watch(Selection.of(new ViewKey("counted", handle)))
                    .toCompletableFuture()
                    .join());
        }
        try (StreamClient alice = open("/views/counted/" + handles[0]);
                StreamClient both = open("/views?counted=" + handles[1] + "&counted=" + handles[0])) {
            awaitEvents(alice, 1);
            awaitEvents(both, 1);
            Map<String, Integer> before = asked(handles);
            for (int i = 2; i < 12; i++) {
                rename(handles[0], "Alice the " + i + "th");
                awaitEvents(alice, i);
                awaitEvents(both, i);
            }
            Map<String, Integer> after = asked(handles);
            assertEquals(before.get(handles[0]) + 10, after.remove(handles[0]), "each state once, for both streams");
            before.remove(handles[0]);
            assertEquals(before, after);
        } finally {
            watches.forEach(LiveViews.Watch::close);
        }
    }

    @Test
    void aHerdThatComesBackFromOneStateCostsOneComputation() throws IOException {
        String alice = world.creator();
        String from = Epoch.of(world.peer.db()) + "." + BasisT.of(world.peer.db());
        rename(alice, "Alice");
        // The view is watched, as on a node that others come to.
        try (StreamClient watching = open("/views/counted/" + alice)) {
            awaitEvents(watching, 1);
            int asked = feature.asked(alice);
            long computed = answers.computed();
            List<Socket> herd = new ArrayList<>();
            try {
                for (int i = 0; i < HERD; i++) {
                    Socket reader = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
                    herd.add(reader);
                    reader.getOutputStream()
                            .write(("GET /views/counted/" + alice + " HTTP/1.1\r\nHost: localhost\r\n"
                                            + "Accept: text/event-stream\r\nLast-Event-ID: " + from + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                }
                for (Socket reader : herd) {
                    String answer = firstEvent(reader);
                    assertTrue(answer.contains("\"view\":{\"name\":\"Alice\"}"), answer);
                }
            } finally {
                for (Socket reader : herd) {
                    reader.close();
                }
            }
            assertEquals(1, feature.asked(alice) - asked);
            assertEquals(1, answers.computed() - computed);
        }
    }

    @Test
    void readersFromAnyTOfOneStateShareItsComputation() {
        String alice = world.creator();
        rename(alice, "Alice");
        List<String> froms = new ArrayList<>();
        try (StreamClient watching = open("/views/counted/" + alice)) {
            awaitEvents(watching, 1);
            // Each page is rendered at the t of its moment, though the view stays the same.
            for (int i = 0; i < 10; i++) {
                world.creator();
                froms.add(Epoch.of(world.peer.db()) + "." + BasisT.of(world.peer.db()));
            }
            int asked = feature.asked(alice);
            for (String from : froms) {
                try (StreamClient page = open("/views/counted/" + alice + "?from=" + from)) {
                    awaitEvents(page, 1);
                    assertEquals("keepalive", page.events().get(0).name());
                }
            }
            assertEquals(0, feature.asked(alice) - asked, "a state that is known to be the newest");
            rename(alice, "Bob");
            awaitEvents(watching, 2);
            asked = feature.asked(alice);
            for (String from : froms) {
                try (StreamClient page = open("/views/counted/" + alice + "?from=" + from)) {
                    awaitEvents(page, 1);
                    assertEquals("snapshot", page.events().get(0).name());
                }
            }
            assertEquals(1, feature.asked(alice) - asked, "a state that is known to have been one");
        }
    }

    private void rename(String handle, String name) {
        world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, handle), CREATOR_DISPLAY_NAME, name));
    }

    private Map<String, Integer> asked(String... handles) {
        return List.of(handles).stream().collect(Collectors.toMap(Function.identity(), feature::asked));
    }

    private StreamClient open(String target) {
        return StreamClient.get(address.getPort(), target).open();
    }

    private static void awaitEvents(StreamClient reader, int count) {
        await().atMost(SOON).until(() -> reader.events().size() >= count || reader.failure() != null);
        assertEquals(count, reader.events().size(), reader.body());
    }

    /** What came until the first event was whole. */
    private static String firstEvent(Socket reader) throws IOException {
        reader.setSoTimeout((int) SOON.toMillis());
        StringBuilder answer = new StringBuilder();
        byte[] bytes = new byte[4096];
        while (answer.indexOf("event: ") < 0 || !answer.toString().endsWith("\n\n\r\n")) {
            int count = reader.getInputStream().read(bytes);
            if (count < 0) {
                throw new IOException("ended after: " + answer);
            }
            answer.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
        }
        return answer.toString();
    }
}

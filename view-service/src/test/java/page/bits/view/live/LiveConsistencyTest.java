package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import page.bits.sse.EventReader;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;
import page.bits.view.Json;
import page.bits.view.World;
import page.bits.view.posts.PostsFeature;
import page.bits.view.posts.PostsView;

/**
 * Random transactions, random readers, random cuts: whatever happens, what a reader has is the view at the t of its last
 * event, and in the end everyone has the newest.
 */
@QuarkusTest
class LiveConsistencyTest {

    private static final Logger LOG = Logger.getLogger(LiveConsistencyTest.class);
    private static final int STEPS = 600;
    private static final int READERS = 10;

    @Inject
    World world;

    @Inject
    PostsFeature posts;

    @Inject
    Json json;

    @Inject
    ObjectMapper mapper;

    @TestHTTPResource
    URI address;

    @Test
    void snapshotAndDeltasAreAlwaysTheViewAtThatT() {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        LOG.infof("-Dbits.seed=%d", seed);
        Random random = new Random(seed);
        String alice = world.creator();
        String bob = world.creator();
        List<UUID> there = new ArrayList<>();
        List<Reader> readers = IntStream.range(0, READERS)
                .mapToObj(i -> new Reader(alice, i % 3 == 2 ? Format.HTML : Format.JSON))
                .toList();
        try {
            run(random, alice, bob, there, readers);
        } finally {
            readers.forEach(Reader::close);
        }
    }

    private void run(Random random, String alice, String bob, List<UUID> there, List<Reader> readers) {
        int most = 0;
        for (int step = 0; step < STEPS; step++) {
            change(random, alice, bob, there);
            most = Math.max(most, there.size());
            if (random.nextInt(4) == 0) {
                readers.get(random.nextInt(READERS)).cut(random);
            }
        }
        assertTrue(most > 70, "the window of 50 has to be passed, not only " + most);
        String finalView = json.write(posts.view(world.peer.db(), alice).orElseThrow());
        String finalHtml = html(alice, posts.view(world.peer.db(), alice).orElseThrow());
        for (Reader reader : readers) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> reader.now().equals(reader.format == Format.HTML ? finalHtml : finalView));
        }
        assertTrue(
                readers.stream().mapToInt(reader -> reader.checked).sum() > STEPS, "too few events to prove anything");
    }

    /** The fragment with its line breaks as a reader of events, and of HTML, sees them. */
    private String html(String handle, PostsView view) {
        return posts.html(handle, view).replaceAll("\r\n?", "\n");
    }

    private void change(Random random, String alice, String bob, List<UUID> there) {
        int kind = there.isEmpty() ? 0 : random.nextInt(100);
        if (kind < 40) {
            List<UUID> batch = IntStream.range(0, random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1)
                    .mapToObj(i -> UUID.randomUUID())
                    .toList();
            world.transact(batch.stream()
                    .map(id -> World.newPost(id, alice, text(random)))
                    .toArray());
            there.addAll(batch);
        } else if (kind < 55) {
            world.delete(there.remove(recent(random, there)));
        } else if (kind < 70) {
            world.edit(there.get(recent(random, there)), text(random));
        } else if (kind < 80) {
            world.like(there.get(recent(random, there)), "actor" + random.nextInt(5));
        } else if (kind < 90) {
            world.comment(there.get(recent(random, there)), "actor" + random.nextInt(5), "comment");
        } else {
            world.post(bob, "not alice's");
        }
    }

    /** Mostly what is in the window, sometimes what is not. */
    private static int recent(Random random, List<UUID> there) {
        return Math.max(0, there.size() - 1 - random.nextInt(70));
    }

    private static String text(Random random) {
        List<String> pieces =
                List.of("é", "😀", "\n", "\r\n", "\r", "data: ", "\n\nevent: evil\n", "<b>", "&", "\"", "\\", "a", " ");
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    /** A reader that keeps what it was told, as a program or a page does. */
    private final class Reader {

        private final String handle;
        private final Format format;
        private final Map<String, JsonNode> items = new HashMap<>();
        private String fragment = "";
        private String lastId = "";
        private StreamClient stream;
        private int applied;
        private int checked;

        Reader(String handle, Format format) {
            this.handle = handle;
            this.format = format;
            open(new Random(0));
        }

        private void open(Random random) {
            String path = "/views/posts/" + handle + "?format=" + format.name().toLowerCase();
            boolean asParameter = random.nextBoolean();
            StreamClient.Request request = StreamClient.get(
                    address.getPort(), path + (asParameter && !lastId.isEmpty() ? "&from=" + lastId : ""));
            if (!asParameter && !lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
            stream = request.open();
            applied = 0;
        }

        /** The connection breaks at a random byte of what has come, and the reader resumes from what was whole by then. */
        void cut(Random random) {
            byte[] bytes = stream.body().getBytes(StandardCharsets.UTF_8);
            // What was looked at before the cut has arrived before it.
            int arrived = random.nextInt(bytes.length + 1);
            stream.close();
            EventReader reader = new EventReader();
            reader.read(bytes, 0, arrived);
            apply(reader.events());
            open(random);
        }

        /** What it has after everything that came so far. */
        String now() {
            List<Event> events = stream.events();
            apply(events.subList(applied, events.size()));
            applied = events.size();
            return format == Format.HTML ? fragment : view();
        }

        void close() {
            stream.close();
        }

        private void apply(List<Event> events) {
            for (Event event : events) {
                apply(event);
            }
        }

        private void apply(Event event) {
            if (event.name().equals("keepalive")) {
                return;
            }
            long before = lastId.isEmpty() ? -1 : t(lastId);
            assertTrue(t(event.id()) > before, "t went from " + before + " to " + event.id());
            lastId = event.id();
            var atThatT = posts.view(world.peer.db().asOf(t(lastId)), handle).orElseThrow();
            if (format == Format.HTML) {
                assertEquals("morph", event.name());
                fragment = event.data();
                assertEquals(html(handle, atThatT), fragment);
            } else {
                applyJson(event);
                assertEquals(json.write(atThatT), view(), "at " + lastId);
            }
            checked++;
        }

        private void applyJson(Event event) {
            JsonNode data = read(event.data());
            assertEquals(t(lastId), data.get("t").asLong());
            if (event.name().equals("snapshot")) {
                items.clear();
                data.get("view").get("posts").forEach(this::put);
            } else {
                assertEquals("delta", event.name());
                data.get("remove")
                        .forEach(id -> assertTrue(items.remove(id.asText()) != null, "removed what was not there"));
                data.get("put").forEach(this::put);
                data.get("deleted")
                        .forEach(id -> assertTrue(data.get("remove").toString().contains(id.asText())));
            }
        }

        private void put(JsonNode item) {
            items.put(item.get("id").asText(), item);
        }

        /** The view as JSON, made of the items alone. */
        private String view() {
            return json.write(Map.of(
                    "posts",
                    items.values().stream()
                            .sorted(Comparator.comparingLong(
                                            (JsonNode item) -> item.get("order").asLong())
                                    .reversed())
                            .toList()));
        }

        private JsonNode read(String data) {
            try {
                return mapper.readTree(data);
            } catch (IOException e) {
                throw new AssertionError(data, e);
            }
        }

        private static long t(String id) {
            return Long.parseLong(id.substring(id.indexOf('.') + 1));
        }
    }
}

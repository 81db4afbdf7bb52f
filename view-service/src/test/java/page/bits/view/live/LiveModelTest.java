package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import datomic.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import page.bits.peer.Epoch;
import page.bits.sse.EventId;
import page.bits.streaming.Admission;
import page.bits.view.Feature;
import page.bits.view.Features;
import page.bits.view.Json;
import page.bits.view.ViewKey;
import page.bits.view.World;

/**
 * Whatever happens, a reader has the truth: the view of the database at some t, which only grows, and the newest in the end.
 *
 * <p>Three nodes on one database; readers of single features and of several in rounds, as JSON and as HTML; and a random walk of
 * transactions, cuts at any byte, hops between nodes, readers that stall and pumps that stand still. Each event is checked when it is read: that its bytes are those that are made anew from the database, from the reader's
 * t to the event's; that a copy which was kept by it alone is the view at that t, byte for byte; and that nothing came that
 * was not asked for. What a keepalive claims is checked as well.
 *
 * <p>{@code -Dbits.seed} repeats the walk, as far as threads and sockets repeat it; {@code -Dbits.steps} sets its length.
 */
@QuarkusTest
class LiveModelTest {

    private static final Logger LOG = Logger.getLogger(LiveModelTest.class);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int NODES = 3;
    private static final int READERS = 24;
    private static final int CREATORS = 3;

    @Inject
    Features features;

    @Inject
    Frames frames;

    @Inject
    Json json;

    @Inject
    Tracing tracing;

    @Inject
    Admission admission;

    /** Not Quarkus's, whose meters of HTTP servers bear other tags than those of a bare one. */
    private final Vertx vertx = Vertx.vertx();

    private Random random;
    private World world;
    private final List<ModelNode> nodes = new ArrayList<>();
    private final List<ModelReader> readers = new ArrayList<>();
    private final List<String> handles = new ArrayList<>();
    private final List<UUID> posts = new ArrayList<>();
    private final List<UUID> deleted = new ArrayList<>();
    private final List<UUID> comments = new ArrayList<>();

    @Test
    void everyReaderHasTheTruthAtSomeTAndTheNewestInTheEnd() throws Exception {
        walk(Integer.getInteger("bits.steps", 10_000));
    }

    @Test
    @Tag("soak")
    void soDoesEveryReaderOverAMillionSteps() throws Exception {
        walk(1_000_000);
    }

    private void walk(int steps) throws Exception {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        LOG.infof("-Dbits.seed=%d -Dbits.steps=%d", seed, steps);
        random = new Random(seed);
        String database = "datomic:mem://live-model-" + seed;
        ModelNode.Parts parts = new ModelNode.Parts(vertx, features, frames, json, tracing, admission, database);
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.add(new ModelNode(parts));
            }
            world = new World(nodes.get(0).peer());
            for (int i = 0; i < CREATORS; i++) {
                handles.add(world.creator());
            }
            Truth truth = new Truth();
            for (int i = 0; i < READERS; i++) {
                readers.add(new ModelReader(i, truth, json));
                subscribe(readers.get(i));
            }
            for (int step = 1; step <= steps; step++) {
                step();
                readAll();
                if (step % 10_000 == 0 || step == steps) {
                    LOG.infof(
                            "%d steps, %d events, t %d",
                            step, events(), world.peer.db().basisT());
                }
            }
            settle();
            int checked = readers.stream().mapToInt(ModelReader::checked).sum();
            assertTrue(checked > steps, "too few events to prove anything: " + checked);
        } finally {
            for (ModelReader reader : readers) {
                reader.close();
            }
            for (ModelNode node : nodes) {
                node.close();
            }
            vertx.close();
        }
    }

    private void step() throws IOException {
        int kind = random.nextInt(1000);
        if (kind < 600) {
            change();
        } else if (kind < 760) {
            ModelReader reader = any(readers);
            reader.read(random.nextInt(20_000));
            reader.close();
        } else if (kind < 800) {
            any(readers).stall(true);
        } else if (kind < 880) {
            any(readers).stall(false);
        } else if (kind < 890) {
            ModelNode node = any(nodes);
            if (node != nodes.get(0)) {
                node.pausePump();
            }
        } else if (kind < 940) {
            any(nodes).resumePump();
        } else if (kind < 990) {
            subscribe(any(readers));
        } else if (kind < 995) {
            settle();
        } else {
            // Time passes, so that some events are not conflated, and keepalives come.
            long until =
                    System.nanoTime() + Duration.ofMillis(random.nextInt(40)).toNanos();
            while (System.nanoTime() < until) {
                readAll();
            }
        }
    }

    /** Everyone reads what there is; whoever was cut off comes back, now or later. */
    private void readAll() throws IOException {
        for (ModelReader reader : readers) {
            if (!reader.isStalled()) {
                reader.read();
            }
            if (reader.isRefused()) {
                subscribe(reader);
            } else if (!reader.isConnected() && random.nextInt(3) > 0) {
                comeBack(reader);
            }
        }
    }

    private void comeBack(ModelReader reader) throws IOException {
        if (reader.isGone(world.peer.db().basisT())) {
            subscribe(reader);
        } else {
            reader.resume(random, any(nodes));
        }
    }

    /** Nothing stands still any more, and all come to have what there is. */
    private void settle() {
        nodes.forEach(ModelNode::resumePump);
        long t = world.peer.db().basisT();
        for (ModelReader reader : readers) {
            reader.stall(false);
            await(reader.toString())
                    .atMost(SOON)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> {
                        readAll();
                        return reader.has(t);
                    });
        }
    }

    private void subscribe(ModelReader reader) throws IOException {
        List<ViewKey> keys =
                IntStream.rangeClosed(0, random.nextInt(4)).mapToObj(i -> key()).toList();
        Selection selection = random.nextBoolean() ? Selection.of(keys.get(0)) : Selection.inRounds(keys);
        reader.subscribe(selection, random.nextInt(3) == 0 ? Format.HTML : Format.JSON, any(nodes));
    }

    private ViewKey key() {
        int kind = random.nextInt(10);
        if (kind < 4) {
            return new ViewKey("posts", any(handles));
        }
        if (kind < 6 || posts.isEmpty()) {
            return new ViewKey("creator", any(handles));
        }
        if (kind < 9 || deleted.isEmpty()) {
            return new ViewKey("post", recent(posts).toString());
        }
        return new ViewKey("post", any(deleted).toString());
    }

    private void change() {
        int kind = posts.size() < 5 ? 0 : random.nextInt(100);
        if (kind < 25) {
            UUID post = world.post(any(handles), text());
            posts.add(post);
        } else if (kind < 35) {
            UUID post = recent(posts);
            posts.remove(post);
            world.delete(post);
            deleted.add(post);
        } else if (kind < 50) {
            world.edit(recent(posts), text());
        } else if (kind < 65) {
            world.like(recent(posts), actor());
        } else if (kind < 70) {
            world.picture(recent(posts), "/picture/" + random.nextInt(5));
        } else if (kind < 85) {
            UUID comment = UUID.randomUUID();
            world.comment(comment, recent(posts), actor(), text());
            comments.add(comment);
        } else if (kind < 93) {
            if (!comments.isEmpty()) {
                UUID comment = comments.remove(Math.max(0, comments.size() - 1 - random.nextInt(20)));
                world.deleteComment(comment);
            }
        } else {
            world.introduce(any(handles), text());
        }
    }

    private String actor() {
        return "actor" + random.nextInt(8);
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** Mostly what is in a window, sometimes what is not. */
    private UUID recent(List<UUID> some) {
        int age = random.nextInt(4) == 0 ? random.nextInt(200) : random.nextInt(20);
        return some.get(Math.max(0, some.size() - 1 - age));
    }

    private String text() {
        List<String> pieces =
                List.of("é", "😀", "\n", "\r\n", "\r", "data: ", "\n\nevent: evil\n", "<b>", "&", "\"", "\\", "a", " ");
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 2_000 : 20); i > 0; i--) {
            text.append(any(pieces));
        }
        return text.toString();
    }

    private int events() {
        return readers.stream().mapToInt(ModelReader::events).sum();
    }

    /** The database, asked anew. */
    private final class Truth implements ModelReader.Truth {

        private final Cache<At, Rendering<?>> renderings =
                Caffeine.newBuilder().maximumSize(400).build();
        private final Cache<Between, String> events =
                Caffeine.newBuilder().maximumSize(100).build();

        private record At(ViewKey name, long t) {}

        private record Between(Selection selection, Format format, long from, long to) {}

        @Override
        public long newest() {
            return world.peer.db().basisT();
        }

        @Override
        public String view(ViewKey name, long t) {
            Rendering<?> rendering = rendering(name, t);
            return rendering.isThere() ? (String) rendering.json(json).rawValue() : Replica.GONE;
        }

        @Override
        public String frame(Selection selection, Format format, long from, long to) {
            return events.get(new Between(selection, format, from, to), this::frame);
        }

        private String frame(Between between) {
            EventId id = new EventId(Epoch.of(world.peer.db()).value(), between.to());
            List<Rendering<?>> now = renderings(between.selection(), between.to());
            if (between.from() < 0) {
                return frames.whole(between.selection(), between.format(), id, now)
                        .frame()
                        .toString();
            }
            Database db = world.peer.db().asOf(between.to());
            return frames.change(
                            between.selection(),
                            between.format(),
                            id,
                            renderings(between.selection(), between.from()),
                            now,
                            db)
                    .map(change -> change.frame().toString())
                    .orElse("nothing: the views are the same");
        }

        private List<Rendering<?>> renderings(Selection selection, long t) {
            return selection.views().stream()
                    .<Rendering<?>>map(name -> rendering(name, t))
                    .toList();
        }

        private Rendering<?> rendering(ViewKey name, long t) {
            return renderings.get(
                    new At(name, t), at -> render(features.named(name.feature()).orElseThrow(), at));
        }

        private <V> Rendering<V> render(Feature<V> feature, At at) {
            return new Rendering<>(
                    at.name(),
                    feature,
                    feature.view(world.peer.db().asOf(at.t()), at.name().key()));
        }
    }
}

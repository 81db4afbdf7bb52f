package page.bits.cluster.presence;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import page.bits.cluster.JavaProcess;
import page.bits.cluster.history.Guest;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.presence.Disturbance.Kind;

/** Does to the nodes of a cluster what happens to nodes, in an order that follows from a seed, and notes what it did when. */
final class Mischief {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(40);
    private static final Duration WRITES_PATIENCE = Duration.ofSeconds(60);

    /** Each kind in a random order, and then each again. */
    enum Trick {
        KILL_A_NODE,
        PAUSE_A_NODE_FOR_LONG,
        RESTART_ALL_NODES,
        PAUSE_ALL_ACTION_NODES,
        KILL_THE_TRANSACTOR,
        PAUSE_A_NODE_FOR_A_MOMENT,
        PAUSE_AN_ACTION_NODE,
        KILL_A_NODE_WHILE_NO_ACTION_NODE_IS_THERE
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final Hosted hosted;
    private final Audience audience;
    private final Random random;
    private final List<Disturbance> done = new ArrayList<>();
    private final List<Trick> next = new ArrayList<>();

    Mischief(Hosted hosted, Audience audience, long seed) {
        this.hosted = hosted;
        this.audience = audience;
        this.random = new Random(seed);
    }

    List<Disturbance> done() {
        return List.copyOf(done);
    }

    /** Does the next trick; returns when all is whole again, with what was wrong meanwhile. */
    List<String> play() throws Exception {
        if (next.isEmpty()) {
            next.addAll(List.of(Trick.values()));
            Collections.shuffle(next, random);
        }
        Trick trick = next.remove(0);
        System.out.printf("presence: %d %s%n", System.currentTimeMillis(), trick);
        List<String> found = new ArrayList<>();
        String node = Hosted.PRESENCES.get(random.nextInt(Hosted.PRESENCES.size()));
        switch (trick) {
            case KILL_A_NODE -> kill(node);
            case PAUSE_A_NODE_FOR_LONG -> pause(node, between(9_500, 12_000));
            case PAUSE_A_NODE_FOR_A_MOMENT -> pause(node, between(500, 3_000));
            case RESTART_ALL_NODES -> restartAll();
            case PAUSE_ALL_ACTION_NODES -> found.addAll(withoutActionNodes(() -> pass(between(9_500, 12_000))));
            case PAUSE_AN_ACTION_NODE -> pauseAnActionNode();
            case KILL_THE_TRANSACTOR -> killTheTransactor();
            case KILL_A_NODE_WHILE_NO_ACTION_NODE_IS_THERE -> {
                long[] killed = new long[1];
                withoutActionNodes(() -> {
                    pass(between(500, 5_000));
                    killed[0] = System.currentTimeMillis();
                    hosted.process(node).kill();
                    pass(between(3_000, 6_000));
                });
                done.add(new Disturbance(Kind.NODE_KILLED, node, killed[0], System.currentTimeMillis()));
            }
        }
        return found;
    }

    private interface Act {
        void run() throws Exception;
    }

    private void kill(String node) throws Exception {
        long from = System.currentTimeMillis();
        hosted.process(node).kill();
        hosted.awaitWhole();
        note(Kind.NODE_KILLED, node, from);
    }

    private void pause(String node, long millis) throws Exception {
        long from = System.currentTimeMillis();
        JavaProcess process = hosted.process(node);
        process.pause();
        try {
            pass(millis);
        } finally {
            process.resume();
        }
        note(Kind.NODE_PAUSED, node, from);
        hosted.awaitWhole();
    }

    private void restartAll() throws Exception {
        for (String node : Hosted.PRESENCES) {
            long from = System.currentTimeMillis();
            hosted.process(node).stop(STOP_PATIENCE);
            note(Kind.NODE_RESTARTED, node, from);
            hosted.awaitWhole();
        }
    }

    private void pauseAnActionNode() throws Exception {
        long from = System.currentTimeMillis();
        String node = Hosted.ACTIONS.get(random.nextInt(Hosted.ACTIONS.size()));
        JavaProcess process = hosted.process(node);
        process.pause();
        try {
            pass(between(5_000, 9_000));
        } finally {
            process.resume();
        }
        hosted.awaitWhole();
        note(Kind.ACTION_NODE_AWAY, node, from);
    }

    /** @return which observers were not told that what they see may be old */
    private List<String> withoutActionNodes(Act act) throws Exception {
        long from = System.currentTimeMillis();
        audience.forgetStale();
        List<JavaProcess> processes =
                Hosted.ACTIONS.stream().map(hosted::process).toList();
        List<String> unaware;
        try {
            for (JavaProcess process : processes) {
                process.pause();
            }
            act.run();
            unaware = audience.unaware();
        } finally {
            for (JavaProcess process : processes) {
                process.resume();
            }
        }
        awaitWrites();
        note(Kind.WRITES_AWAY, "", from);
        return unaware.stream()
                .map(each -> each + " was told of nothing stale while nobody could write")
                .toList();
    }

    private void killTheTransactor() throws Exception {
        String active = hosted.activeTransactor();
        long from = System.currentTimeMillis();
        hosted.process(active).kill();
        hosted.activeTransactor();
        awaitWrites();
        note(Kind.WRITES_AWAY, "", from);
    }

    /** Returns when all is whole, and each action node has written something. */
    private void awaitWrites() throws Exception {
        hosted.awaitWhole();
        for (String node : Hosted.ACTIONS) {
            await(node + " shall write again")
                    .atMost(WRITES_PATIENCE)
                    .ignoreExceptions()
                    .until(() -> writes(
                            URI.create("http://127.0.0.1:" + hosted.cluster().port(node))));
        }
    }

    private boolean writes(URI node) throws IOException, InterruptedException {
        Guest guest = Guest.of(node, "probe");
        String handle = "probe-" + Long.toString(System.nanoTime(), 36).replace("-", "n");
        HttpRequest request = HttpRequest.newBuilder(node.resolve("/actions/register-creator"))
                .timeout(WRITES_PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + guest.token())
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"handle\":\"%s\",\"displayName\":\"Probe\"}".formatted(handle)))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    private void note(Kind kind, String node, long from) {
        done.add(new Disturbance(kind, node, from, System.currentTimeMillis()));
    }

    private long between(int least, int most) {
        return least + random.nextInt(most - least);
    }

    /** It is the time that matters here: something is to last, while viewers go on. */
    private static void pass(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}

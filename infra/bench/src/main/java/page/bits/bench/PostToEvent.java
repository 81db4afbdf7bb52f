package page.bits.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures how long a post takes to reach an open page: from the time it is due to be sent to the arrival of the event
 * that holds it.
 *
 * <p>The load is an open loop: posts are due at a fixed rate and are sent then, whether earlier ones were answered or
 * not, and times are counted from when a post was due. A server that stalls is so charged for all who had to wait (no
 * coordinated omission).
 */
final class PostToEvent {
    private static final String USAGE = """
            ./bits bench latency [--port PORT] [--posts N] [--rate R] [--warmup N] [--token TOKEN]

            Publishes posts as alice at a fixed rate, and measures how long each takes until it is answered and until it
            arrives on alice's open stream. The posts stay on her page.

              --port PORT      the port of the instance on this machine (8080)
              --posts N        how many posts are measured (2000)
              --rate R         posts a second (100)
              --warmup N       how many posts go before, not counted (200)
              --token TOKEN    publish with this token of alice's (as ./bits token alice prints it)

            The instance has to let one creator post as fast as that: BITS_LIMIT_ACTOR_RATE=0 ./bits run

            Fails when a post is refused or never arrives. A stream shows the newest 50 posts, so a reader that falls
            further behind than that misses some.
            """;

    private static final int TOO_MANY_REQUESTS = 429;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final String token;
    private final String runId = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    private final AtomicReference<Phase> phase = new AtomicReference<>();
    private final CountDownLatch firstEvent = new CountDownLatch(1);

    private PostToEvent(Options options) throws IOException, InterruptedException {
        server = URI.create("http://127.0.0.1:" + options.port());
        token = options.token().isEmpty() ? demoToken() : options.token();
    }

    public static void main(String[] args) throws InterruptedException {
        if (Arrays.asList(args).contains("--help") || Arrays.asList(args).contains("-h")) {
            System.out.print(USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            exit(2, e.getMessage() + "; see ./bits bench latency --help");
            return;
        }
        try {
            System.exit(new PostToEvent(options).run(options) ? 0 : 1);
        } catch (ConnectException e) {
            exit(1, "nothing answers on port %d; start it with ./bits run".formatted(options.port()));
        } catch (IOException e) {
            exit(1, e.getMessage());
        }
    }

    private static void exit(int status, String problem) {
        System.err.println("bits: " + problem);
        System.exit(status);
    }

    private record Options(int port, int posts, int rate, int warmup, String token) {
        static Options parse(String[] args) {
            int port = 8080;
            int posts = 2000;
            int rate = 100;
            int warmup = 200;
            String token = "";
            for (int i = 0; i < args.length; i += 2) {
                String name = args[i];
                String value = i + 1 < args.length ? args[i + 1] : "";
                switch (name) {
                    case "--port" -> port = number(name, value, 1, 65_535);
                    case "--posts" -> posts = number(name, value, 1, 1_000_000);
                    case "--rate" -> rate = number(name, value, 1, 100_000);
                    case "--warmup" -> warmup = number(name, value, 0, 1_000_000);
                    case "--token" -> token = value;
                    default -> throw new IllegalArgumentException("bench latency does not know '" + name + "'");
                }
            }
            return new Options(port, posts, rate, warmup, token);
        }

        private static int number(String name, String value, int min, int max) {
            if (value.matches("[0-9]{1,7}")) {
                int number = Integer.parseInt(value);
                if (number >= min && number <= max) {
                    return number;
                }
            }
            throw new IllegalArgumentException("%s takes a number from %d to %d".formatted(name, min, max));
        }
    }

    /** Some posts that are published one after the other, and what became of each. Times are of {@code nanoTime}. */
    private static final class Phase {
        final String marker;
        final int posts;
        final AtomicLongArray dueAt;
        final AtomicLongArray answeredAt;
        final AtomicLongArray arrivedAt;
        final AtomicInteger answered = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        final AtomicInteger events = new AtomicInteger();
        final AtomicReference<String> firstRefusal = new AtomicReference<>();
        private final Pattern text;

        Phase(String marker, int posts) {
            this.marker = marker;
            this.posts = posts;
            dueAt = new AtomicLongArray(posts);
            answeredAt = new AtomicLongArray(posts);
            arrivedAt = new AtomicLongArray(posts);
            text = Pattern.compile(marker + "-([0-9]+)-");
        }

        String textOf(int post) {
            return marker + "-" + post + "-";
        }

        void answer(int post, HttpResponse<String> response, Throwable failure) {
            if (failure == null && response.statusCode() == 200) {
                answeredAt.set(post, System.nanoTime());
                answered.incrementAndGet();
            } else {
                firstRefusal.compareAndSet(null, failure != null ? failure.toString() : problem(response));
                refused.incrementAndGet();
            }
        }

        /** Looks for posts in an event: conflation may have put several into one. */
        void event(EventStream.Event event) {
            Matcher found = text.matcher(event.data());
            boolean ours = false;
            while (found.find()) {
                ours = true;
                arrivedAt.compareAndSet(Integer.parseInt(found.group(1)), 0, event.arrivedAt());
            }
            if (ours) {
                events.incrementAndGet();
            }
        }

        int unanswered() {
            return posts - answered.get() - refused.get();
        }

        /** How many were accepted and have not arrived. */
        int missing() {
            int missing = 0;
            for (int post = 0; post < posts; post++) {
                if (answeredAt.get(post) != 0 && arrivedAt.get(post) == 0) {
                    missing++;
                }
            }
            return missing;
        }

        boolean isComplete() {
            return unanswered() == 0 && missing() == 0;
        }

        boolean isFlawless() {
            return isComplete() && refused.get() == 0;
        }

        /** How long each took from when it was due, in ascending order; those that never came are left out. */
        long[] latencies(AtomicLongArray until) {
            long[] nanos = new long[posts];
            int n = 0;
            for (int post = 0; post < posts; post++) {
                if (until.get(post) != 0) {
                    nanos[n++] = until.get(post) - dueAt.get(post);
                }
            }
            long[] sorted = Arrays.copyOf(nanos, n);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    /** Returns whether each post was accepted and arrived. */
    private boolean run(Options options) throws IOException, InterruptedException {
        EventStream stream = EventStream.open(http, server.resolve("/views/posts/alice?format=json"), this::onEvent);
        if (!firstEvent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("alice's stream sent no event within %d s".formatted(PATIENCE.toSeconds()));
        }
        if (options.warmup() > 0) {
            System.out.printf("warming up with %d posts%n", options.warmup());
            Phase warmup = publish("warmup", options.warmup(), options.rate());
            if (warmup.refused.get() > 0) {
                throw new IOException("a post was refused: " + warmup.firstRefusal.get());
            }
        }
        System.out.printf("publishing %d posts, %d a second%n", options.posts(), options.rate());
        Phase measured = publish("measured", options.posts(), options.rate());
        report(measured, stream);
        return measured.isFlawless();
    }

    private void onEvent(EventStream.Event event) {
        firstEvent.countDown();
        Phase current = phase.get();
        if (current != null && (event.name().equals("delta") || event.name().equals("snapshot"))) {
            current.event(event);
        }
    }

    private Phase publish(String name, int posts, int rate) throws InterruptedException {
        Phase current = new Phase("bench-%s-%s".formatted(runId, name), posts);
        phase.set(current);
        long start = System.nanoTime();
        for (int i = 0; i < posts; i++) {
            int post = i;
            long dueAt = start + TimeUnit.SECONDS.toNanos(i) / rate;
            current.dueAt.set(post, dueAt);
            for (long wait = dueAt - System.nanoTime(); wait > 0; wait = dueAt - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            String body = "{\"creator\":\"alice\",\"text\":\"%s\"}".formatted(current.textOf(post));
            http.sendAsync(post("/actions/publish-post", body, token), BodyHandlers.ofString())
                    .whenComplete((response, failure) -> current.answer(post, response, failure));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!current.isComplete() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return current;
    }

    private static void report(Phase measured, EventStream stream) {
        System.out.println("ms                 p50      p90      p99      max");
        print("POST to event", measured.latencies(measured.arrivedAt));
        print("POST to reply", measured.latencies(measured.answeredAt));
        System.out.printf(
                "%d posts, %d events, %d missing, %d refused, %d unanswered%n",
                measured.posts,
                measured.events.get(),
                measured.missing(),
                measured.refused.get(),
                measured.unanswered());
        if (measured.refused.get() > 0) {
            System.err.println("bits: a post was refused: " + measured.firstRefusal.get());
        }
        if (measured.missing() > 0) {
            System.err.printf(
                    "bits: %d posts never arrived%s%n",
                    measured.missing(), stream.hasEnded() ? ": the server ended the stream" : "");
        }
    }

    private static void print(String label, long[] sorted) {
        System.out.printf(
                Locale.ROOT,
                "%s %8.2f %8.2f %8.2f %8.2f%n",
                label,
                percentile(sorted, 0.50),
                percentile(sorted, 0.90),
                percentile(sorted, 0.99),
                percentile(sorted, 1.00));
    }

    /** The nearest rank, in milliseconds. */
    private static double percentile(long[] sorted, double part) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(part * sorted.length) - 1] / 1e6;
    }

    private String demoToken() throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(post("/auth/demo", "{\"handle\":\"alice\"}", ""), BodyHandlers.ofString());
        Matcher found = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]++)\"").matcher(response.body());
        if (response.statusCode() != 200 || !found.find()) {
            throw new IOException("no token for alice: " + problem(response));
        }
        return found.group(1);
    }

    private HttpRequest post(String path, String body, String bearer) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return bearer.isEmpty()
                ? request.build()
                : request.header("Authorization", "Bearer " + bearer).build();
    }

    private static String problem(HttpResponse<String> response) {
        String problem =
                "status %d %s".formatted(response.statusCode(), response.body().replaceAll("\\s+", " "));
        return response.statusCode() == TOO_MANY_REQUESTS
                ? problem + "\nbits: start it with BITS_LIMIT_ACTOR_RATE=0 ./bits run, so that there is no such limit"
                : problem;
    }
}

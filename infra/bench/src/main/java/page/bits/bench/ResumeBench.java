package page.bits.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures that what a reader waits for depends on what is shown, and not on how long the reader was away, nor on how much
 * there is that is not shown.
 */
final class ResumeBench {

    private static final String USAGE = """
            ./bits bench resume [--quick] [--rounds N]

            Starts Bits in memory, and makes by its HTTP API: a page by 100,000 transactions (posts and edits of them), one of 50
            and one of 100,000 posts, and a post with 20,000 likes. Then prints how long a stream of the first page takes, from the
            request to its first event, that resumes from 1, 1,000 and 100,000 transactions ago, while nobody else reads that page
            and each time from another id; how long 2,000 streams take that come back at once with the same id; and how long a GET of
            the large page, and of the liked post, takes beside one of the small page and of a post without likes. What is
            compared is measured in turn. It takes some five minutes and wants the machine for itself.

              --quick        a fifth of the measurements, of the same database
              --rounds N     how many rounds (5), of 100 streams for each age and 100 GETs for each document

            BITS_JAVA_OPTS   options for the server's JVM, after -Xmx2g
            """;

    private static final PrintStream OUT = System.out;
    private static final String HEAP = "-Xmx2g";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int TRANSACTIONS = 100_000;
    private static final int LIKES = 20_000;
    private static final int POSTS = 100_000;
    private static final int BATCH = 100;
    private static final int WINDOW = 50;
    private static final int THREADS = 32;

    /** A post is edited so many times before its author publishes the next. */
    private static final int EDITS = 9;

    private static final List<Integer> AGES = List.of(1, 1_000, 100_000);
    private static final String COMPUTED = "bits_views_answers_total{from=\"database\"}";
    private static final int RETURNING = 2_000;
    private static final int READER_THREADS = 2;
    private static final int WARMUP = 300;
    private static final int EACH_ROUND = 100;

    private static final String BUSY = "busy";
    private static final String SMALL = "small";
    private static final String LARGE = "large";
    private static final String OTHER = "other";
    private static final String STREAM = "/views/posts/" + BUSY;

    private final Standalone server;
    private final Crowd crowd;
    private final Connection connection;
    private final Actor owner;
    private final int rounds;

    /** The t of every transaction since the one that is 100,000 ago, in order. */
    private final List<Long> history = new ArrayList<>();

    private String plainPost;
    private String otherPost;
    private String likedPost;

    private ResumeBench(Standalone server, Connection connection, int rounds) throws IOException {
        this.server = server;
        this.crowd = new Crowd(server.address(), THREADS);
        this.connection = connection;
        this.owner = Actor.guest(connection);
        this.rounds = rounds;
    }

    public static void main(String[] args) throws InterruptedException {
        Program.run("resume", USAGE, args, ResumeBench::run);
    }

    private static boolean run(String[] args) throws IOException, InterruptedException {
        Arguments arguments = new Arguments("resume", args, List.of("--rounds"), List.of("--quick"));
        int rounds = arguments.number("--rounds", arguments.has("--quick") ? 1 : 5, 1, 1_000);
        try (Standalone server = new Standalone(HEAP);
                Connection connection = new Connection(server.address())) {
            ResumeBench bench = new ResumeBench(server, connection, rounds);
            bench.load();
            bench.measureResume();
            bench.measureDocuments();
            return true;
        }
    }

    private void load() throws IOException, InterruptedException {
        for (String handle : List.of(BUSY, SMALL, LARGE, OTHER)) {
            owner.register(connection, handle);
        }
        otherPost = owner.publish(connection, OTHER, "A post").postId();
        plainPost = owner.publish(connection, SMALL, "A post").postId();
        likedPost = owner.publish(connection, SMALL, "A post").postId();
        // The window is full, as that of the large page is.
        owner.publish(connection, SMALL, texts(WINDOW - 2));
        OUT.printf(Locale.ROOT, "making %,d posts%n", POSTS);
        crowd.each(POSTS / BATCH, (at, batch) -> {
            owner.publish(at, LARGE, texts(BATCH));
            return batch;
        });
        OUT.printf(Locale.ROOT, "making %,d likes%n", LIKES);
        crowd.each(LIKES, (at, number) -> Actor.guest(at).like(at, likedPost));
        OUT.printf(Locale.ROOT, "making %,d transactions%n", TRANSACTIONS);
        // Each thread has the same numbers modulo THREADS, so every post is edited by the thread that published it.
        String[] newest = new String[THREADS];
        int[] done = new int[THREADS];
        List<Long> made = crowd.each(TRANSACTIONS, (at, number) -> {
            int thread = number % THREADS;
            if (done[thread]++ % (EDITS + 1) > 0) {
                return owner.edit(at, newest[thread], "Post " + number).t();
            }
            Actor.Done published = owner.publish(at, BUSY, "Post " + number);
            newest[thread] = published.postId();
            return published.t();
        });
        made.stream().sorted().forEach(history::add);
    }

    private static List<String> texts(int number) {
        return IntStream.range(0, number).mapToObj(i -> "Post number " + i).toList();
    }

    /**
     * Makes a transaction that is not of the page, and one that is, and waits until both are in the views. So from the first one
     * on the page has changed, and nobody has asked for that change.
     */
    private void change() throws IOException {
        history.add(owner.edit(connection, otherPost, "Edit " + history.size()).t());
        long t = owner.publish(connection, BUSY, "Post " + history.size()).t();
        history.add(t);
        get("posts/" + SMALL + "?min-t=" + t);
    }

    private String idOf(String epoch, int age) {
        return epoch + "." + history.get(history.size() - 1 - age);
    }

    private void measureResume() throws IOException, InterruptedException {
        String epoch;
        try (Connection first = new Connection(server.address())) {
            epoch = first.epoch(STREAM);
        }
        Map<Integer, Samples> times = new LinkedHashMap<>();
        Map<Integer, Integer> bytes = new LinkedHashMap<>();
        AGES.forEach(age -> times.put(age, new Samples()));
        OUT.println("resuming");
        for (int i = -WARMUP; i < rounds * EACH_ROUND; i++) {
            for (int age : inTurn(AGES, i)) {
                change();
                Resumed resumed = resume(idOf(epoch, age));
                if (i >= 0) {
                    times.get(age).add(i / EACH_ROUND, resumed.nanos());
                    bytes.put(age, resumed.bytes());
                }
            }
        }
        OUT.printf(
                "%nA stream that resumes from so many transactions ago, from the request to its first event%n%n%-36s %8s %8s %8s%n",
                "ms", "p50", "p99", "max");
        times.forEach((age, samples) ->
                print(String.format(Locale.ROOT, "  %,d ago (the last: %,d bytes)", age, bytes.get(age)), samples));
        printRatios(times.get(AGES.get(AGES.size() - 1)), times.get(AGES.get(0)));
        measureReturn(epoch);
    }

    /** Begins with another each time, so that none always comes after the same. */
    private static <T> List<T> inTurn(List<T> all, int turn) {
        List<T> turned = new ArrayList<>(all);
        Collections.rotate(turned, turn);
        return turned;
    }

    private record Resumed(long nanos, int bytes) {}

    private Resumed resume(String id) throws IOException {
        try (Connection stream = new Connection(server.address())) {
            long began = System.nanoTime();
            int bytes = stream.awaitFirstEvent(STREAM, id);
            return new Resumed(System.nanoTime() - began, bytes);
        }
    }

    private void measureReturn(String epoch) throws IOException, InterruptedException {
        Samples resumed = new Samples();
        Samples anew = new Samples();
        int oldest = AGES.get(AGES.size() - 1);
        double mostComputed = 0;
        for (int round = -1; round < rounds; round++) {
            change();
            double computed = server.metric(COMPUTED);
            long together = ask(Optional.of(idOf(epoch, oldest)));
            mostComputed = Math.max(mostComputed, server.metric(COMPUTED) - computed);
            change();
            long fromNothing = ask(Optional.empty());
            if (round >= 0) {
                resumed.add(round, together);
                anew.add(round, fromNothing);
            }
        }
        OUT.printf(
                Locale.ROOT,
                "%n%,d streams at once, from the first request to the last one's first event%n%n%-36s %8s %8s %8s%n",
                RETURNING,
                "ms",
                "p50",
                "",
                "max");
        print(String.format(Locale.ROOT, "  with one id, %,d transactions ago", oldest), resumed);
        print("  without an id", anew);
        OUT.printf(
                "  of those with an id, at most %.0f had theirs computed; the others were given the same%n",
                mostComputed);
    }

    private long ask(Optional<String> from) throws IOException, InterruptedException {
        try (Readers readers = new Readers(server.address(), RETURNING, READER_THREADS, RETURNING)) {
            long began = System.nanoTime();
            readers.request(STREAM, from);
            return readers.awaitFirstEvents(PATIENCE) - began;
        }
    }

    private record Pair(String small, String smallPath, String large, String largePath) {}

    private void measureDocuments() throws IOException {
        List<Pair> pairs = List.of(
                new Pair("a post without likes", "post/" + plainPost, "a post with 20,000 likes", "post/" + likedPost),
                new Pair("a page of 50 posts", "posts/" + SMALL, "a page of 100,000 posts", "posts/" + LARGE),
                new Pair("their creator", "creator/" + SMALL, "their creator", "creator/" + LARGE));
        OUT.printf(
                "%nGET as JSON, from the request to the last byte%n%n%-36s %8s %8s %8s%n", "ms", "p50", "p99", "max");
        for (Pair pair : pairs) {
            Samples small = new Samples();
            Samples large = new Samples();
            for (int i = -WARMUP; i < rounds * EACH_ROUND; i++) {
                long ofSmall = get(pair.smallPath());
                long ofLarge = get(pair.largePath());
                if (i >= 0) {
                    small.add(i / EACH_ROUND, ofSmall);
                    large.add(i / EACH_ROUND, ofLarge);
                }
            }
            print("  " + pair.small(), small);
            print("  " + pair.large(), large);
            printRatios(large, small);
        }
    }

    private long get(String view) throws IOException {
        long began = System.nanoTime();
        connection.get("/views/" + view);
        return System.nanoTime() - began;
    }

    private static void print(String label, Samples samples) {
        long[] all = samples.sorted();
        OUT.printf(
                Locale.ROOT,
                "%-36s %8.2f %8.2f %8.2f%n",
                label,
                Numbers.millis(all, 0.5),
                Numbers.millis(all, 0.99),
                Numbers.millis(all, 1));
    }

    private static void printRatios(Samples large, Samples small) {
        OUT.printf(
                Locale.ROOT,
                "%-36s %8.2f  (%s)%n",
                "  ratio of the medians",
                large.median() / small.median(),
                IntStream.range(0, small.rounds())
                        .mapToObj(round -> Numbers.format("%.2f", large.median(round) / small.median(round)))
                        .collect(Collectors.joining(", ")));
    }

    /** How long something took, in nanoseconds, by round. */
    private static final class Samples {

        private final List<List<Long>> byRound = new ArrayList<>();

        void add(int round, long nanos) {
            if (round == byRound.size()) {
                byRound.add(new ArrayList<>());
            }
            byRound.get(round).add(nanos);
        }

        int rounds() {
            return byRound.size();
        }

        long[] sorted() {
            return byRound.stream()
                    .flatMap(List::stream)
                    .mapToLong(Long::longValue)
                    .sorted()
                    .toArray();
        }

        double median() {
            return Numbers.millis(sorted(), 0.5);
        }

        double median(int round) {
            return Numbers.median(byRound.get(round), nanos -> nanos / 1e6);
        }
    }
}

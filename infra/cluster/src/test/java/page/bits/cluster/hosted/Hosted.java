package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import page.bits.cluster.Cluster;
import page.bits.cluster.ClusterSettings;
import page.bits.cluster.JavaProcess;

/**
 * The hosted shape, which all tests of this package and of others share: what they ask of it, and what they compare with each other.
 *
 * <p>Peers look for a transactor at {@code localhost} first. That is where view-2 sees 127.0.0.2, on which nobody listens
 * unless a {@link StallableProxy} does.
 */
public final class Hosted implements AutoCloseable {

    static final List<String> VIEWS = List.of("view-1", "view-2");
    public static final List<String> ACTIONS = List.of("action-1", "action-2");
    public static final List<String> PRESENCES = List.of("presence-1", "presence-2");
    static final String FAR = "127.0.0.2";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration READY_PATIENCE = Duration.ofMinutes(3);
    private static final Duration CONVERGED_PATIENCE = Duration.ofSeconds(30);
    private static final int WINDOW = 50;

    /** All readers come from one address. */
    private static final String MANY = "10000";

    /** Actions a second of one actor: few actors do here what takes many elsewhere. */
    private static final String NO_LIMIT_TO_SPEAK_OF = "100000";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final AtomicInteger authors = new AtomicInteger();
    private final Cluster cluster;
    private final int gateways;
    private final int nodes;

    private Hosted(Cluster cluster, ClusterSettings settings) {
        this.cluster = cluster;
        this.gateways = settings.gateways();
        this.nodes = settings.views() + settings.actions() + settings.presences();
    }

    static Hosted start(Path folder) throws Exception {
        Files.createDirectories(folder);
        Path hosts = folder.resolve("hosts-of-view-2");
        String self = InetAddress.getLocalHost().getHostName();
        Files.writeString(hosts, "%s localhost\n127.0.0.1 %s\n".formatted(FAR, self));
        ClusterSettings settings = ClusterSettings.in(folder.resolve("cluster"))
                .withGateways(2, "127.0.0.1", 0)
                .withEnvironment("transactor", "BITS_TRANSACTOR_ALT_HOST", "localhost")
                .withEnvironment("standby", "BITS_TRANSACTOR_ALT_HOST", "localhost")
                .withEnvironment("gateway-1", "BITS_GATEWAY_MAX_CONNECTIONS_PER_ADDRESS", MANY)
                .withJvmOptions("view-2", "-Djdk.net.hosts.file=" + hosts);
        for (String node : Stream.concat(VIEWS.stream(), PRESENCES.stream()).toList()) {
            settings = settings.withEnvironment(node, "BITS_SSE_MAX_STREAMS_PER_ADDRESS", MANY);
        }
        return start(settings);
    }

    public static Hosted start(ClusterSettings settings) throws Exception {
        ClusterSettings unlimited = settings;
        for (int i = 1; i <= settings.actions(); i++) {
            unlimited = unlimited
                    .withEnvironment("action-" + i, "BITS_LIMIT_ACTOR_RATE", NO_LIMIT_TO_SPEAK_OF)
                    .withEnvironment("action-" + i, "BITS_LIMIT_ACTOR_BURST", NO_LIMIT_TO_SPEAK_OF)
                    // So that what is waited for in vain is told of before a transactor that stands still has to end.
                    .withEnvironment("action-" + i, "BITS_DATOMIC_TRANSACT_TIMEOUT", "PT6S");
        }
        Hosted hosted = new Hosted(Cluster.start(unlimited), unlimited);
        try {
            hosted.awaitWhole();
            return hosted;
        } catch (Exception | AssertionError e) {
            hosted.close();
            throw e;
        }
    }

    public Cluster cluster() {
        return cluster;
    }

    public JavaProcess process(String name) {
        return cluster.process(name);
    }

    /** Of all gateways, the first one first. */
    List<URI> addresses() throws IOException {
        List<URI> addresses = new ArrayList<>();
        for (int i = 1; i <= gateways; i++) {
            addresses.add(cluster.address(i));
        }
        return addresses;
    }

    /** Of the first gateway alone. */
    List<URI> firstAddress() throws IOException {
        return addresses().subList(0, 1);
    }

    /** Someone new with a page of their own. */
    Author author(List<URI> addresses) throws IOException {
        return Author.of(addresses, "author-" + authors.incrementAndGet());
    }

    /** Readers of a page in JSON, which have all begun. */
    List<StreamReader> readers(int count, List<URI> addresses, Author author) {
        List<StreamReader> readers = IntStream.range(0, count)
                .mapToObj(i -> {
                    List<URI> order = new ArrayList<>(addresses);
                    Collections.rotate(order, i);
                    return StreamReader.open(order, author.stream() + "?format=json");
                })
                .toList();
        await("all streams shall begin")
                .atMost(Duration.ofSeconds(20))
                .until(() -> readers.stream().allMatch(reader -> reader.begun().size() == 1));
        return readers;
    }

    /** The transactor that is active now. */
    public String activeTransactor() {
        return await("one of the transactors shall be active")
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> List.of("transactor", "standby").stream()
                                .filter(name -> get(name, "/q/health/ready").contains("\"active\""))
                                .findFirst()
                                .orElse(""),
                        name -> !name.isEmpty());
    }

    /** The value of a metric of a process, summed over those of its samples that hold {@code part}. */
    double metric(String name, String metric, String part) {
        return get(name, "/q/metrics")
                .lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .filter(line -> line.contains(part))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    int streams(String view) {
        return (int) metric(view, "bits_sse_streams", "");
    }

    /** How many actions a node has answered since it was started. */
    int actions(String node) {
        return (int) metric(node, "http_server_requests_seconds_count", "uri=\"/actions/");
    }

    /** Asks one process, past the gateways; empty where it does not answer. */
    public String get(String name, String path) {
        return get(URI.create("http://127.0.0.1:" + cluster.port(name)), path).body();
    }

    /**
     * @param status 0 if there was no answer
     * @param began {@link System#nanoTime()}
     * @param nanos how long it took
     */
    record Reply(int status, String body, long began, long nanos) {}

    Reply get(URI address, String path) {
        return ask(address, path, "*/*");
    }

    private Reply ask(URI address, String path, String accept) {
        long began = System.nanoTime();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                    .timeout(Duration.ofSeconds(30))
                    .header("Accept", accept)
                    .build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body(), began, System.nanoTime() - began);
        } catch (IOException e) {
            return new Reply(0, "", began, System.nanoTime() - began);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(0, "", began, System.nanoTime() - began);
        }
    }

    /** A page in JSON, of one node. */
    JsonNode page(String view, Author author, long minT) throws IOException {
        return JSON.readTree(get(view, author.stream() + "?min-t=" + minT));
    }

    /** A page as people see it, of one node. */
    String html(String view, Author author) {
        return ask(URI.create("http://127.0.0.1:" + cluster.port(view)), "/@" + author.handle(), "text/html")
                .body();
    }

    /** What the database holds of a page. */
    List<StoredPosts.Post> stored(Author author) throws Exception {
        return StoredPosts.of(author.handle(), cluster.datomicUri());
    }

    /** Returns when all readers show what the database holds and every node tells; without any breach on the way. */
    void assertConverged(Author author, Collection<StreamReader> readers) throws Exception {
        List<StoredPosts.Post> stored = stored(author);
        List<String> newest = new ArrayList<>();
        for (int i = stored.size() - 1; i >= Math.max(0, stored.size() - WINDOW); i--) {
            newest.add(stored.get(i).toString());
        }
        long t = stored.get(stored.size() - 1).t();
        List<JsonNode> shown = new ArrayList<>();
        for (String view : VIEWS) {
            await(view + " shall have reached t " + t)
                    .atMost(CONVERGED_PATIENCE)
                    .until(() -> page(view, author, 0).path("t").asLong(-1) >= t);
            List<JsonNode> posts = new ArrayList<>();
            page(view, author, t).path("view").path("posts").forEach(posts::add);
            assertEquals(
                    newest.stream().map(text -> text.replaceFirst(", t=.*", "")).toList(),
                    posts.stream()
                            .map(post -> new StoredPosts.Post(
                                    post.path("id").asText(),
                                    post.path("order").asLong(),
                                    post.path("text").asText(),
                                    0))
                            .map(text -> text.toString().replaceFirst(", t=.*", ""))
                            .toList(),
                    () -> "what " + view + " shows, against the database");
            if (!shown.isEmpty()) {
                assertEquals(shown, posts, "what both nodes show");
            }
            shown = posts;
        }
        List<JsonNode> truth = shown;
        await("every reader shall show what the database holds")
                .atMost(CONVERGED_PATIENCE)
                .until(() -> readers.stream()
                        .allMatch(reader -> reader.page().posts().equals(truth)));
        assertNoViolations(readers);
    }

    static void assertNoViolations(Collection<StreamReader> readers) {
        assertEquals(
                List.of(),
                readers.stream()
                        .flatMap(reader -> reader.page().violations().stream())
                        .limit(20)
                        .toList());
    }

    /** Lets whatever a test held down, and could not let go any more, be started again. */
    void resumeAll() {
        List<String> names = new ArrayList<>(List.of("transactor", "standby"));
        names.addAll(ACTIONS);
        names.addAll(VIEWS);
        names.addAll(PRESENCES);
        for (int i = 1; i <= gateways; i++) {
            names.add("gateway-" + i);
        }
        names.forEach(cluster::resumeRestarts);
    }

    /** Returns when every process is ready, and every gateway has noticed. */
    public void awaitWhole() throws Exception {
        cluster.awaitReady(READY_PATIENCE);
        for (int i = 1; i <= gateways; i++) {
            String gateway = "gateway-" + i;
            await(gateway + " shall know all nodes")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> metric(gateway, "bits_gateway_nodes", "health=\"ready\"") == nodes);
        }
    }

    @Override
    public void close() throws IOException {
        cluster.close();
    }
}

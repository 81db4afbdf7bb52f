package page.bits.action;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import page.bits.identity.ServiceToken;
import page.bits.peer.DatomicPeer;
import page.bits.presence.peer.PresenceAttributes;
import page.bits.presence.peer.PresenceDatabase;

/** What presence nodes write, and that nobody else can. */
@QuarkusTest
class PresenceTest extends ServiceTest {

    private static final String PATH = "/actions/presence";
    private static final int LIMIT = 1024 * 1024;
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    @TestHTTPResource
    URI root;

    @Inject
    @PresenceDatabase
    DatomicPeer presence;

    @Inject
    ServiceToken token;

    private final String node = UUID.randomUUID().toString().replace("-", "").substring(0, 22);

    @BeforeEach
    void awaitPresence() throws Exception {
        presence.whenReady().get(60, TimeUnit.SECONDS);
    }

    // Who.

    @Test
    void onlyAServiceWrites() {
        String body = renew(0).encode();
        for (RequestSpecification other : List.of(
                json(),
                json().header("Authorization", "Bearer not-the-token-of-services"),
                json().header("Authorization", "Basic " + token.value()),
                json().header("Authorization", "Bearer "),
                json().cookie("bits_session", token.value()),
                as(guest("Alice")))) {
            Response refused = unwritten(401, "unauthorized", other, body);
            assertThat(refused.header("WWW-Authenticate"), startsWith("Bearer"));
        }
    }

    @Test
    void theTokenOfServicesIsNobodysElsewhere() {
        assertProblem(
                json().header("Authorization", "Bearer " + token.value())
                        .body("{}")
                        .post("/actions/publish-post"),
                401,
                "unauthorized");
    }

    @Test
    void itIsNotWhatAnyoneIsToldOf() {
        String document =
                given().header("Accept", "application/json").get("/q/openapi").asString();
        assertThat(document, not(containsString("presence")));
    }

    @Test
    void whoeverIsRefusedMayAskAgainOnTheSameConnection() throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(20_000);
            String body = renew(0).encode();
            assertThat(asked(socket, "not-the-token-of-services", body), is(401));
            assertThat(asked(socket, token.value(), "{"), is(400));
            assertThat(asked(socket, token.value(), renew(1).encode()), is(409));
            assertThat(asked(socket, token.value(), body), is(200));
        }
    }

    // Writing.

    @Test
    void aNodeTellsOfItsViewersWithEachRenewal() {
        long main = t();
        Response first = written(renew(0, named(true), anonymous(true, "00000000000000ff")));
        assertThat(first.jsonPath().getLong("lease"), is(1L));
        assertThat(first.jsonPath().getBoolean("rest"), is(false));
        assertThat(first.jsonPath().getLong("t"), is(presence.db().basisT()));
        assertThat(first.header("Bits-T"), equalTo(first.jsonPath().getString("t")));
        assertThat(first.jsonPath().getMap("").keySet(), equalTo(Set.of("t", "lease", "rest")));
        assertThat(room(PresenceAttributes.ROOM_NAMED), equalTo(Set.of("0miiocwf4abcdefghijklmnopqrst_-Alice")));
        assertThat(room(PresenceAttributes.ROOM_ANONYMOUS), equalTo(Set.of(255L)));

        Response second = written(renew(1, named(false), anonymous(true, "ffffffffffffffff")));
        assertThat(second.jsonPath().getLong("t"), greaterThan(first.jsonPath().getLong("t")));
        assertThat(room(PresenceAttributes.ROOM_NAMED) == null, is(true));
        assertThat(room(PresenceAttributes.ROOM_ANONYMOUS), equalTo(Set.of(255L, -1L)));
        assertThat("the main database has no part in it", t(), is(main));
    }

    @Test
    void aNodeEndsIsSweptAndForgotten() {
        written(renew(0, named(true)));
        assertThat(written(of("end").put("lease", 1)).jsonPath().getLong("lease"), is(2L));
        assertThat(written(of("sweep").put("lease", 2)).jsonPath().getLong("lease"), is(3L));
        assertThat(written(of("forget")).jsonPath().getBoolean("rest"), is(false));
        unwritten(409, "conflict", service(), of("forget").encode());
    }

    @Test
    void whatIsForgottenInPartsIsToldToHaveARest() {
        written(renew(0, crowd(1_000)));
        written(of("sweep").put("lease", 1));
        assertThat(written(of("forget")).jsonPath().getBoolean("rest"), is(true));
        assertThat(written(of("forget")).jsonPath().getBoolean("rest"), is(false));
    }

    @Test
    void aConflictTellsWhatIsThere() {
        written(renew(0));
        Response lease = unwritten(409, "conflict", service(), renew(2).encode());
        assertThat(lease.jsonPath().getString("detail"), equalTo("The lease of node '" + node + "' is 1, not 2."));
        written(of("sweep").put("lease", 1));
        Response swept = unwritten(409, "conflict", service(), renew(2).encode());
        assertThat(swept.jsonPath().getString("detail"), equalTo("The node '" + node + "' was swept."));
    }

    @RepeatedTest(3)
    void ofTwoRenewalsAtOnceOneWins() throws Exception {
        written(renew(0));
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Integer> one = () -> {
            together.await(30, TimeUnit.SECONDS);
            return service().body(renew(1).encode()).post(PATH).statusCode();
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            int sum = 0;
            for (Future<Integer> status : threads.invokeAll(List.of(one, one), 60, TimeUnit.SECONDS)) {
                sum += status.get();
            }
            assertThat(sum, is(200 + 409));
        } finally {
            threads.shutdownNow();
        }
    }

    // What is wrong with a request.

    @Test
    void aThousandChangesAreTakenAndNotOneMore() {
        written(renew(0, crowd(1_000)));
        Response refused =
                unwritten(422, "invalid", service(), renew(1, crowd(1_001)).encode());
        assertThat(refused.jsonPath().getList("violations.field"), equalTo(List.of("changes")));
    }

    @Test
    void aMebibyteIsTakenAndNotOneByteMore() {
        String body = renew(0).encode();
        unwritten(413, "too-large", service(), body + " ".repeat(LIMIT + 1 - body.length()));
        service()
                .body(body + " ".repeat(LIMIT - body.length()))
                .post(PATH)
                .then()
                .statusCode(200);
    }

    @Test
    void otherPathsKeepTheirOwnLimit() {
        assertProblem(
                as(guest("Alice")).body(" ".repeat(64 * 1024 + 1)).post("/actions/publish-post"), 413, "too-large");
    }

    @Test
    void anotherContentTypeIsRefused() {
        unwritten(415, "unsupported-media-type", service().contentType("text/plain"), renew(0).encode());
    }

    @Test
    void whatIsNotJsonIsRefused() {
        unwritten(400, "not-json", service(), "{\"kind\":\"renew\"");
    }

    @Test
    void onlyPostIsThere() {
        assertProblem(service().get(PATH), 405, "method-not-allowed");
    }

    static Stream<Arguments> wrongFields() {
        String node = "abcdefghijklmnopqrstuv";
        String change = "{'kind':'renew','node':'" + node + "','lease':0,'changes':[{'creator':'alice',%s}]}";
        String named = "'join':true,'id':'" + node + "','name':'Alice','since':1";
        return Stream.of(
                Arguments.of("{}", List.of("kind", "node")),
                Arguments.of("{'kind':'steal','node':'" + node + "'}", List.of("kind")),
                Arguments.of("{'kind':'end','node':'short'}", List.of("node", "lease")),
                Arguments.of("{'kind':'renew','node':'" + node + "'}", List.of("lease", "changes")),
                Arguments.of(
                        "{'kind':'renew','node':'" + node + "','lease':-1,'changes':{}}", List.of("lease", "changes")),
                Arguments.of(
                        "{'kind':'renew','node':'" + node + "','lease':'1','changes':[1]}",
                        List.of("lease", "changes[0]")),
                Arguments.of("{'kind':'sweep','node':'" + node + "','lease':1.5}", List.of("lease")),
                Arguments.of("{'kind':'forget','node':'" + node + "','lease':1}", List.of("lease")),
                Arguments.of(
                        "{'kind':'renew','node':'" + node + "','lease':0,'changes':[{}]}",
                        Stream.of("creator", "join", "id", "name", "since")
                                .map("changes[0]."::concat)
                                .toList()),
                Arguments.of(change.replace("alice", "-alice").formatted(named), List.of("changes[0].creator")),
                Arguments.of(change.formatted(named.replace("true", "1")), List.of("changes[0].join")),
                Arguments.of(change.formatted(named.replace("abc", "ab/")), List.of("changes[0].id")),
                Arguments.of(change.formatted(named.replace("Alice", " ")), List.of("changes[0].name")),
                Arguments.of(change.formatted(named.replace("Alice", "a".repeat(81))), List.of("changes[0].name")),
                Arguments.of(change.formatted(named + "01559956668416"), List.of("changes[0].since")),
                Arguments.of(change.formatted(named + ",'x':1"), List.of("changes[0].x")),
                Arguments.of(change.formatted("'join':true,'anonymous':'ff'"), List.of("changes[0].anonymous")),
                Arguments.of(change.formatted("'join':true,'anonymous':null"), List.of("changes[0].anonymous")),
                Arguments.of(
                        change.formatted("'join':true,'anonymous':'00000000000000FF'"),
                        List.of("changes[0].anonymous")),
                Arguments.of(
                        change.formatted(named + ",'anonymous':'00000000000000ff'"),
                        List.of("changes[0].id", "changes[0].name", "changes[0].since")));
    }

    @ParameterizedTest
    @MethodSource("wrongFields")
    void fieldsThatAreNotAsTheyMustBeAreTold(String body, List<String> fields) {
        Response refused = unwritten(422, "invalid", service(), body.replace('\'', '"'));
        assertThat(Set.copyOf(refused.jsonPath().getList("violations.field")), equalTo(Set.copyOf(fields)));
    }

    // Operations.

    @Test
    void eachDatabaseHasItsMetersAndItsReadiness() {
        String metrics = given().get("/q/metrics").asString();
        for (String database : List.of("bits", "presence")) {
            for (String meter : List.of("bits_peer_t", "bits_feed_t", "bits_feed_from_log_total")) {
                assertThat(metrics, containsString(meter + "{database=\"" + database + "\""));
            }
        }
        List<String> checks = given().get("/q/health/ready").jsonPath().getList("checks.name");
        assertThat(checks.containsAll(List.of("datomic-peer", "presence-peer")), is(true));
    }

    /** The status that is told, with all of the answer read. */
    private static int asked(Socket socket, String token, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(PATH, token, bytes.length);
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            assertThat("the connection is open", next, not(-1));
            answer.append((char) next);
        }
        Matcher length = LENGTH.matcher(answer);
        assertThat(answer.toString(), length.find(), is(true));
        socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    }

    private RequestSpecification service() {
        return json().header("Authorization", "Bearer " + token.value());
    }

    private Response written(JsonObject body) {
        Response response = service().body(body.encode()).post(PATH);
        assertThat(response.asString(), response.statusCode(), is(200));
        return response;
    }

    /** Sends it, and holds the answer to be a problem, and both databases to be as before. */
    private Response unwritten(int status, String type, RequestSpecification request, String body) {
        long before = presence.db().basisT();
        Response response = refused(
                status,
                type,
                () -> request.body(body.getBytes(StandardCharsets.UTF_8)).post(PATH));
        assertThat("basis t of presence", presence.db().basisT(), is(before));
        return response;
    }

    private JsonObject of(String kind) {
        return new JsonObject().put("kind", kind).put("node", node);
    }

    private JsonObject renew(long lease, JsonObject... changes) {
        return of("renew").put("lease", lease).put("changes", new JsonArray(List.of(changes)));
    }

    private static JsonObject change(boolean joins) {
        return new JsonObject().put("creator", "alice").put("join", joins);
    }

    private static JsonObject named(boolean joins) {
        return change(joins)
                .put("id", "abcdefghijklmnopqrst_-")
                .put("name", "Alice")
                .put("since", 1_764_322_996_000L);
    }

    private static JsonObject anonymous(boolean joins, String hash) {
        return change(joins).put("anonymous", hash);
    }

    private static JsonObject[] crowd(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> anonymous(true, "%016x".formatted(i)))
                .toArray(JsonObject[]::new);
    }

    private Object room(Object set) {
        return presence.db()
                .entity(Util.list(PresenceAttributes.ROOM_KEY, node + "/alice"))
                .get(set);
    }
}

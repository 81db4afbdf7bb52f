package page.bits.view.live;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Forgery;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** How many streams a node, an address and an actor may have, and that each counts for as long as it lasts and no longer. */
@QuarkusTest
@TestProfile(AdmissionTest.Few.class)
class AdmissionTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String[] HOME = from("203.0.113.7");

    public static class Few implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "bits.datomic.uri", "datomic:mem://admission-test",
                    "bits.proxies", "127.0.0.1",
                    "bits.sse.max-streams", "5",
                    "bits.sse.max-streams-per-address", "2",
                    "bits.sse.max-streams-per-actor", "2",
                    "bits.views.basis-wait", "PT60S");
        }
    }

    @Inject
    World world;

    @Inject
    FailingFeatureTest.BioFeature bio;

    @TestHTTPResource
    URI address;

    private final List<StreamClient> readers = new ArrayList<>();
    private String alice;
    private String path;

    @BeforeEach
    void creator() {
        alice = world.creator();
        path = "/views/posts/" + alice;
    }

    @AfterEach
    void everyoneLeaves() {
        readers.forEach(StreamClient::close);
        awaitRoom(5);
    }

    /** Opens a stream, which stays open; {@code headers} are pairs of name and value. */
    private StreamClient open(String path, String... headers) {
        StreamClient reader = request(path, headers);
        readers.add(reader);
        assertEquals(200, reader.status());
        return reader;
    }

    private StreamClient request(String path, String... headers) {
        StreamClient.Request request = StreamClient.get(address.getPort(), path).header("Accept", "text/event-stream");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.open();
    }

    private int status(String path, String... headers) {
        try (StreamClient reader = request(path, headers)) {
            return reader.status();
        }
    }

    private void assertRefused(int status, String type, String path, String... headers) {
        assertEquals(status, status(path, headers));
        RequestSpecification request = given().accept("text/event-stream");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        request.get(path)
                .then()
                .statusCode(status)
                .header("Content-Type", "application/problem+json")
                .header("Retry-After", "2")
                .body("type", equalTo("https://bits.page/problems/" + type));
    }

    private static String[] from(String client) {
        return new String[] {"Forwarded", "for=" + client};
    }

    private static String[] as(String token) {
        return new String[] {"Cookie", "bits_session=" + token};
    }

    /** Awaits that so many streams can be open at once, by opening them. */
    private void awaitRoom(int streams, String... headers) {
        await().atMost(SOON).until(() -> {
            List<StreamClient> all = new ArrayList<>();
            try {
                for (int i = 0; i < streams; i++) {
                    all.add(request(path, headers));
                }
                return all.stream().allMatch(reader -> reader.status() == 200);
            } finally {
                all.forEach(StreamClient::close);
            }
        });
    }

    private void awaitRoomForOneThatStays(String... headers) {
        await().atMost(SOON).until(() -> {
            StreamClient reader = request(path, headers);
            readers.add(reader);
            return reader.status() == 200;
        });
    }

    @Test
    void anAddressHasNoMoreStreamsThanItMayAndOneThatIsClosedMakesRoom() {
        open(path, HOME);
        StreamClient second = open(path, HOME);
        assertRefused(429, "too-many-requests", path, HOME);
        open(path, from("203.0.113.8"));
        second.close();
        awaitRoomForOneThatStays(HOME);
        assertRefused(429, "too-many-requests", path, HOME);
    }

    @Test
    void aNetworkOfIPv6IsOneAddress() {
        open(path, from("\"[2001:db8::7]:4711\""));
        open(path, from("\"[2001:db8::8]\""));
        assertRefused(429, "too-many-requests", path, from("\"[2001:db8::9]\""));
        open(path, from("\"[2001:db8:0:1::7]\""));
    }

    @Test
    void anActorHasNoMoreStreamsThanTheyMayWhereverTheyComeFrom() {
        String token = Forgery.token(claims -> {});
        StreamClient first = open(path, "Forwarded", "for=203.0.113.7", "Cookie", "bits_session=" + token);
        open(path, "Forwarded", "for=203.0.113.8", "Authorization", "Bearer " + token);
        assertRefused(429, "too-many-requests", path, as(token));
        open(path, as(Forgery.token(claims -> claims.put("sub", "another"))));
        first.close();
        awaitRoomForOneThatStays(as(token));
        assertRefused(429, "too-many-requests", path, as(token));
    }

    @Test
    void aTokenThatDoesNotHoldIsNobodysAndCountsForNoActor() {
        String expired = Forgery.token(Instant.now().minusSeconds(7200), claims -> {});
        for (int i = 0; i < 3; i++) {
            open(path, as(expired));
        }
    }

    @Test
    void aNodeHasNoMoreStreamsThanItMayAndThisMachineIsNotCountedByAddress() {
        StreamClient first = open(path);
        for (int i = 0; i < 4; i++) {
            open(path);
        }
        assertRefused(503, "unavailable", path);
        first.close();
        awaitRoomForOneThatStays();
        assertRefused(503, "unavailable", path);
    }

    @Test
    void whoeverIsOneTooManyIsToldBeforeAnythingIsLookedUp() {
        open(path, HOME);
        open(path, HOME);
        assertRefused(429, "too-many-requests", "/views/posts/nobody", HOME);
        assertRefused(429, "too-many-requests", "/views?posts=nobody", HOME);
        assertRefused(429, "too-many-requests", path + "?min-t=yesterday", HOME);
    }

    @Test
    void whatIsNotThereOrWrongOrFailsLeavesNothingCounted() {
        for (int i = 0; i < 3; i++) {
            assertEquals(404, status("/views/posts/nobody", HOME));
            assertEquals(404, status("/views/nothing/" + alice, HOME));
            assertEquals(404, status("/views?posts=nobody&bio=nobody", HOME));
            assertEquals(422, status(path + "?format=xml", HOME));
            assertEquals(422, status(path + "?min-t=yesterday", HOME));
            bio.fail(FailingFeatureTest.Place.VIEW, 1);
            assertEquals(500, status("/views/bio/" + alice, HOME));
        }
        open(path, HOME);
        open(path, HOME);
    }

    @Test
    void aStreamThatEndsByItselfMakesRoom() {
        UUID post = world.post(alice, "Hello");
        open("/views/post/" + post, HOME);
        open("/views/post/" + post, HOME);
        assertRefused(429, "too-many-requests", path, HOME);
        world.delete(post);
        awaitRoom(2, HOME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-t", "from"})
    void aReaderThatWaitsIsCountedAndOneThatLeavesMeanwhileIsNotForEver(String parameter) throws Exception {
        long next = BasisT.of(world.peer.db()).value() + 1;
        String asked = path + "?" + parameter + "=" + Epoch.of(world.peer.db()) + "." + next;
        Socket[] waiting = {ask(asked), ask(asked)};
        await().atMost(SOON).until(() -> {
            for (int i = 0; i < waiting.length; i++) {
                // Only a refusal comes at once: the stream that tries whether there is room was faster.
                if (waiting[i].getInputStream().available() > 0) {
                    waiting[i].close();
                    waiting[i] = ask(asked);
                }
            }
            return status(path, HOME) == 429;
        });
        for (Socket reader : waiting) {
            reader.close();
        }
        world.post(alice, "what they waited for");
        awaitRoom(2, HOME);
    }

    /** Asks for a stream, and does not wait for an answer. */
    private Socket ask(String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", address.getPort());
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                + String.join(": ", HOME) + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}

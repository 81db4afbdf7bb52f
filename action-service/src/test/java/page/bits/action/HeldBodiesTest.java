package page.bits.action;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The memory that all bodies together may take, also those of clients that nobody knows. */
@QuarkusTest
@TestProfile(HeldBodiesTest.Little.class)
class HeldBodiesTest extends ServiceTest {

    public static class Little implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.body.max-held", "64K", "bits.body.timeout", "60S");
        }
    }

    @TestHTTPResource
    URI root;

    /** Sends so much of a body and then waits. */
    private static void sendHalf(Socket socket, int bytes) throws IOException {
        socket.getOutputStream()
                .write(("POST /actions/publish-post HTTP/1.1\r\nHost: x\r\nContent-Length: 65000\r\n\r\n"
                                + "x".repeat(bytes))
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private Response large() {
        return as(guest("Alice")).body(" ".repeat(40_000)).post("/actions/publish-post");
    }

    @Test
    void whatWouldBeTooMuchIsNotTakenAndThereIsRoomAgainWhenAClientLeaves() throws IOException {
        try (Socket slow = new Socket(root.getHost(), root.getPort())) {
            sendHalf(slow, 40_000);
            await().atMost(Duration.ofSeconds(30)).until(() -> large().statusCode() == 503);
            Response refused = large();
            assertProblem(refused, 503, "unavailable");
            assertThat(refused.header("Retry-After"), equalTo("1"));
            assertThat(
                    "a small one",
                    json().body("{}").post("/actions/publish-post").statusCode(),
                    is(401));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> large().statusCode() == 400);
        for (int i = 0; i < 5; i++) {
            assertThat("given back with each answer", large().statusCode(), is(400));
        }
    }
}

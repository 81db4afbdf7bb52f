package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.net.URL;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same over HTTP/2, where several requests share a connection: by an upgrade, and with prior knowledge. */
@QuarkusTest
class Http2Test extends ServiceTest {

    @Inject
    Vertx vertx;

    @TestHTTPResource("/")
    URL root;

    private record Answer(HttpVersion version, int status, String body) {}

    private HttpClient client(boolean upgrade) {
        return vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(upgrade)
                .setDefaultHost(root.getHost())
                .setDefaultPort(root.getPort()));
    }

    private static Answer post(HttpClient client, String path, String token, Buffer body) throws Exception {
        return client.request(HttpMethod.POST, path)
                .compose(request -> request.putHeader("Authorization", "Bearer " + token)
                        .putHeader("Content-Type", "application/json")
                        .send(body))
                .compose(response -> response.body()
                        .map(bytes -> new Answer(response.version(), response.statusCode(), bytes.toString())))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void actionsAreDoneAndRefusedOneAfterTheOther(boolean upgrade) throws Exception {
        String token = guest("Alice").token();
        HttpClient client = client(upgrade);
        try {
            for (int round = 0; round < 3; round++) {
                String handle = newHandle();
                Answer registered = post(
                        client,
                        "/actions/register-creator",
                        token,
                        Buffer.buffer("{\"handle\":\"" + handle + "\",\"displayName\":\"x\"}"));
                assertThat(registered.body(), registered.status(), is(200));
                assertThat(registered.version(), is(HttpVersion.HTTP_2));
                Answer published = post(
                        client,
                        "/actions/publish-post",
                        token,
                        Buffer.buffer("{\"creator\":\"" + handle + "\",\"text\":\"x\"}"));
                assertThat(published.body(), published.status(), is(200));
                assertThat(
                        post(client, "/actions/nothing", token, Buffer.buffer("{}"))
                                .status(),
                        is(404));
                assertThat(
                        post(client, "/actions/publish-post", "x", Buffer.buffer("{}"))
                                .status(),
                        is(401));
                assertThat(
                        post(client, "/actions/publish-post", token, Buffer.buffer(""))
                                .status(),
                        is(400));
                assertThat(post(client, "/auth/guest", token, Buffer.buffer("")).status(), is(200));
            }
        } finally {
            client.close();
        }
    }

    @Test
    void aBodyThatIsTooLargeGetsAProblemAndLeavesTheConnectionToOthers() throws Exception {
        String token = guest("Alice").token();
        HttpClient client = client(false);
        try {
            for (int size : new int[] {64 * 1024 + 1, 1024 * 1024}) {
                Answer refused = post(client, "/actions/publish-post", token, Buffer.buffer(" ".repeat(size)));
                assertThat(refused.status(), is(413));
                assertThat(refused.body(), containsString("https://bits.page/problems/too-large"));
            }
            assertThat(
                    post(client, "/actions/publish-post", token, Buffer.buffer("{}"))
                            .status(),
                    is(422));
        } finally {
            client.close();
        }
    }
}

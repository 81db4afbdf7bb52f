package page.bits.action;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Session;

/** What is refused before the database is looked at, and in which order; for both actions. */
@QuarkusTest
class RequestTest extends ServiceTest {

    private static final List<String> ACTIONS = List.of("/actions/register-creator", "/actions/publish-post");
    private static final int LIMIT = 64 * 1024;

    @TestHTTPResource("/")
    URL root;

    static Stream<String> actions() {
        return ACTIONS.stream();
    }

    /** A body that either action takes but for the missing creator: of the length that is asked for. */
    private static byte[] bodyOf(String path, int length) {
        String start = path.endsWith("publish-post")
                ? "{\"creator\":\"nobody-there\",\"text\":\"x\""
                : "{\"handle\":\"A\",\"displayName\":\"x\"";
        return (start + " ".repeat(length - start.length() - 1) + "}").getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> notJson() {
        return ACTIONS.stream()
                .flatMap(path -> Stream.of(
                                "",
                                " ",
                                "{",
                                "}",
                                "{\"text\":}",
                                "{\"text\":\"x\",}",
                                "{text:\"x\"}",
                                "{'text':'x'}",
                                "{\"text\":\"x\"} {}",
                                "{\"text\":\"x\"}x",
                                "{\"text\":\"x\",\"text\":\"x\"}",
                                "{\"a\":{\"b\":1,\"b\":2}}",
                                "{\"text\":NaN}",
                                "{\"text\":Infinity}",
                                "{\"text\":01}",
                                "{\"text\":+1}",
                                "{\"text\":.5}",
                                "{\"text\":tru}",
                                "{\"text\":\"line\nbreak\"}",
                                "{\"text\":\"\\x\"}",
                                "{\"text\":\"\\ud80\"}",
                                "/* */{}",
                                "{}//",
                                "\uFEFF{}",
                                "[".repeat(10_000),
                                "[".repeat(65) + "]".repeat(65),
                                "{\"text\":" + "[".repeat(64) + "]".repeat(64) + "}",
                                "{\"text\":" + "9".repeat(1001) + "}",
                                "creator=alice&text=x")
                        .map(body -> Arguments.of(path, body)));
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void whatIsNotJsonIsRefused(String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        refused(400, "not-json", () -> as(guest("Alice")).body(bytes).post(path));
    }

    static Stream<Arguments> notUtf8() {
        byte[] latin1 = "{\"text\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf16 = "{\"text\":\"x\"}".getBytes(StandardCharsets.UTF_16);
        byte[] surrogate = {'{', '"', 'a', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'};
        byte[] overlong = {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'};
        byte[] cut = {'{', '"', 'a', '"', ':', '"', (byte) 0xF0, (byte) 0x9F, '"', '}'};
        return ACTIONS.stream()
                .flatMap(path ->
                        Stream.of(latin1, utf16, surrogate, overlong, cut).map(bytes -> Arguments.of(path, bytes)));
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void whatIsNotUtf8IsNotJson(String path, byte[] body) {
        refused(400, "not-json", () -> as(guest("Alice")).body(body).post(path));
    }

    static Stream<Arguments> notAnObject() {
        return ACTIONS.stream()
                .flatMap(path ->
                        Stream.of("null", "1", "\"text\"", "true", "[]", "[{}]").map(body -> Arguments.of(path, body)));
    }

    @ParameterizedTest
    @MethodSource("notAnObject")
    void jsonThatIsNoObjectIsInvalid(String path, String body) {
        invalid(() -> as(guest("Alice")).body(body).post(path), "");
    }

    static Stream<Arguments> wrongTypes() {
        return ACTIONS.stream()
                .flatMap(path -> Stream.of(
                                "text/plain",
                                "text/json",
                                "application/x-www-form-urlencoded",
                                "application/problem+json",
                                "application/json; charset=iso-8859-1",
                                "application/json; charset=utf-16",
                                "json",
                                "*/*")
                        .map(type -> Arguments.of(path, type)));
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void anotherContentTypeIsRefused(String path, String type) {
        refused(
                415,
                "unsupported-media-type",
                () -> as(guest("Alice"))
                        .contentType(type)
                        .body("{}".getBytes(StandardCharsets.UTF_8))
                        .post(path));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void aMissingContentTypeIsRefused(String path) throws IOException {
        long before = t();
        String reply = raw(
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + guest("Alice").token(),
                "Content-Length: 2",
                "",
                "{}");
        assertThat(reply, startsWith("HTTP/1.1 415 "));
        assertThat(reply, containsString("application/problem+json"));
        assertThat(t(), is(before));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;charset=utf-8",
                "application/json; charset=UTF-8",
                "Application/JSON; Charset=\"utf-8\"",
                "application/json; profile=x"
            })
    void jsonInUtf8IsTakenWithAnyParameters(String type) {
        String body = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"J\u00fcrgen\"}";
        as(guest("Alice"))
                .contentType(type)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/actions/register-creator")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @MethodSource("actions")
    void aBodyOf64KiBIsTakenAndOneByteMoreIsTooLarge(String path) {
        Session alice = guest("Alice");
        Response fits = as(alice).body(bodyOf(path, LIMIT)).post(path);
        assertThat(fits.statusCode(), is(path.endsWith("publish-post") ? 404 : 422));
        refused(413, "too-large", () -> as(alice).body(bodyOf(path, LIMIT + 1)).post(path));
        refused(
                413,
                "too-large",
                () -> as(alice).body(bodyOf(path, 1024 * 1024)).post(path));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void aBodyBeyondTheLimitOfQuarkusGetsAProblemToo(String path) throws IOException {
        long before = t();
        String reply = raw(
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + guest("Alice").token(),
                "Content-Type: application/json",
                "Content-Length: 20000000",
                "Expect: 100-continue",
                "",
                "");
        assertThat(reply, startsWith("HTTP/1.1 413 "));
        assertThat(reply, containsString("https://bits.page/problems/too-large"));
        assertThat(t(), is(before));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void aBodyInChunksIsTooLargeAsSoonAsItIs(String path) throws IOException {
        long before = t();
        String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
        String reply = raw(
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + guest("Alice").token(),
                "Content-Type: application/json",
                "Transfer-Encoding: chunked",
                "",
                chunk.repeat(5));
        assertThat(reply, startsWith("HTTP/1.1 413 "));
        assertThat(reply, containsString("https://bits.page/problems/too-large"));
        assertThat(t(), is(before));
    }

    @Test
    void aBodyInChunksWithinTheLimitIsTaken() throws IOException {
        String body = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}";
        StringBuilder chunks = new StringBuilder();
        body.chars().forEach(c -> chunks.append("1\r\n").append((char) c).append("\r\n"));
        String reply = raw(
                "POST /actions/register-creator HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Authorization: Bearer " + guest("Alice").token(),
                "Content-Type: application/json",
                "Transfer-Encoding: chunked",
                "",
                chunks + "0\r\n\r\n");
        assertThat(reply, startsWith("HTTP/1.1 200 "));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void aBodyThatDoesNotArriveIsGivenUpAndItsConnectionClosed(String path) throws IOException {
        long before = t();
        long begun = System.nanoTime();
        String reply = raw(
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + guest("Alice").token(),
                "Content-Type: application/json",
                "Content-Length: 100",
                "",
                "{\"half\":");
        assertThat(reply, startsWith("HTTP/1.1 408 "));
        assertThat(reply, containsString("https://bits.page/problems/request-timeout"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun), lessThan(Duration.ofSeconds(20)));
        assertThat(t(), is(before));
    }

    /** More of them at once than there are threads: while they wait, others are served. */
    @Test
    void bodiesThatDoNotArriveHoldNoThread() throws Exception {
        int many = 300;
        Socket[] slow = new Socket[many];
        String token = guest("Slow").token();
        for (int i = 0; i < many; i++) {
            slow[i] = new Socket(root.getHost(), root.getPort());
            slow[i].getOutputStream()
                    .write(("POST /actions/publish-post HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));
        }
        try {
            registered(guest("Quick"));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aClientThatAwaits100ContinueGetsIt() throws IOException {
        String body = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}";
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST /actions/register-creator HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                    + guest("Alice").token()
                                    + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] first = in.readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
            assertThat(new String(first, StandardCharsets.US_ASCII), equalTo("HTTP/1.1 100 Continue\r\n\r\n"));
            out.write(body.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8), startsWith("HTTP/1.1 200 "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fly-to-the-moon", "Publish-Post", "publish-post2", "%ED%A0%80", "%F0%9F%98%80", "love-post"})
    void anUnknownActionIsNotFound(String name) {
        refused(
                404,
                "not-found",
                () -> as(guest("Alice")).urlEncodingEnabled(false).body("{}").post("/actions/" + name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actions/publish-post/more", "/actionsx", "/nowhere"})
    void anUnknownPathIsNotFound(String path) {
        refused(404, "not-found", () -> as(guest("Alice")).body("{}").post(path));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void anotherMethodIsNotAllowed(String path) {
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
            refused(405, "method-not-allowed", () -> as(guest("Alice")).request(method, path));
        }
    }

    /** Each of these has all the faults of those after it. */
    @ParameterizedTest
    @MethodSource("actions")
    void faultsAreToldInTheOrderOfTheContract(String path) {
        Session alice = guest("Alice");
        byte[] large = ("not json" + " ".repeat(LIMIT)).getBytes(StandardCharsets.UTF_8);
        refused(
                404,
                "not-found",
                () -> given().contentType("text/plain").body(large).post("/actions/nothing"));
        refused(
                401,
                "unauthorized",
                () -> given().contentType("text/plain").body(large).post(path));
        refused(
                415,
                "unsupported-media-type",
                () -> as(alice).contentType("text/plain").body(large).post(path));
        refused(
                413,
                "too-large",
                () -> as(alice).header("Idempotency-Key", "\u00e4").body(large).post(path));
        refused(
                400,
                "not-json",
                () -> as(alice)
                        .header("Idempotency-Key", "a b")
                        .body("not json")
                        .post(path));
        refused(
                422,
                "invalid",
                () -> as(alice).body(Map.of("creator", "nobody-there")).post(path));
    }

    @Test
    void openApiDescribesEveryAction() {
        String document =
                given().header("Accept", "application/json").get("/q/openapi").asString();
        JsonObject paths = new JsonObject(document).getJsonObject("paths");
        List<String> actions = List.of(
                "/register-creator",
                "/update-creator",
                "/publish-post",
                "/edit-post",
                "/delete-post",
                "/like-post",
                "/unlike-post",
                "/comment-on-post",
                "/delete-comment",
                "");
        for (String action : actions) {
            JsonObject post = paths.getJsonObject("/actions" + action).getJsonObject("post");
            assertThat(
                    post.getJsonObject("responses").fieldNames(),
                    equalTo(Set.of(
                            "200", "400", "401", "403", "404", "408", "409", "413", "415", "422", "429", "503",
                            "504")));
            assertThat(post.getJsonObject("requestBody").encode(), containsString("#/components/schemas/"));
            assertThat(post.getJsonArray("security").size(), is(2));
            post.getJsonObject("responses").forEach(response -> {
                JsonObject content = ((JsonObject) response.getValue()).getJsonObject("content");
                content.forEach(type -> assertThat(
                        action + response.getKey(),
                        ((JsonObject) type.getValue()).fieldNames(),
                        equalTo(Set.of("schema", "example"))));
            });
        }
        assertThat(
                paths.fieldNames().stream()
                        .filter(path -> path.startsWith("/actions"))
                        .count(),
                is((long) actions.size()));
        assertThat(document, containsString("[a-z0-9][a-z0-9-]{1,29}"));
    }

    /** Sends these lines, the last without a line break, and reads until the server closes the connection. */
    private String raw(String... lines) throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8));
            return new String(readUntilQuiet(socket.getInputStream()), StandardCharsets.UTF_8);
        }
    }

    /** A head and as much of a body as it announces; else until the end. */
    private static byte[] readUntilQuiet(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) >= 0) {
            read.write(b);
            String head = read.toString(StandardCharsets.UTF_8);
            if (head.endsWith("\r\n\r\n")) {
                Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
                if (length.find()) {
                    read.write(in.readNBytes(Integer.parseInt(length.group(1))));
                    return read.toByteArray();
                }
            }
        }
        return read.toByteArray();
    }
}

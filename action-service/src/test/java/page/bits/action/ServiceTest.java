package page.bits.action;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import datomic.Util;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import page.bits.action.session.Guests;
import page.bits.identity.ActorName;
import page.bits.identity.Session;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;

/** What tests of the running service share: requests as someone, and what a refusal looks like. */
abstract class ServiceTest {

    private static final AtomicInteger NAMES = new AtomicInteger();

    @Inject
    DatomicPeer peer;

    @Inject
    Guests tokens;

    @BeforeEach
    void awaitPeer() throws Exception {
        peer.whenReady().get(60, TimeUnit.SECONDS);
    }

    long t() {
        return peer.db().basisT();
    }

    /** A handle that no other test uses. */
    static String newHandle() {
        return "creator-" + NAMES.incrementAndGet();
    }

    Session guest(String name) {
        return tokens.issue(new ActorName(name));
    }

    /** A request in JSON, with exactly the headers that a test sets. */
    static RequestSpecification json() {
        return given().config(RestAssuredConfig.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                                .encodeContentTypeAs(ContentType.URLENC.toString(), ContentType.BINARY)))
                .contentType(ContentType.JSON);
    }

    static RequestSpecification as(Session session) {
        return json().header("Authorization", "Bearer " + session.token());
    }

    /** Registers a creator with a new handle, which is returned. */
    static String registered(Session owner) {
        String handle = newHandle();
        as(owner)
                .body(Map.of("handle", handle, "displayName", "Someone"))
                .post("/actions/register-creator")
                .then()
                .statusCode(200);
        return handle;
    }

    Object creator(String handle, Object attribute) {
        return peer.db().entity(Util.list(Attributes.CREATOR_HANDLE, handle)).get(attribute);
    }

    /** The origin of the server as requests of these tests address it. */
    static String ownOrigin() {
        return RestAssured.baseURI + ":" + RestAssured.port;
    }

    /** Sends it, and holds the answer to be a problem of this status and type, and the database to be as before. */
    Response refused(int status, String type, Exchange exchange) {
        long before = t();
        Response response = exchange.send();
        assertProblem(response, status, type);
        assertThat("basis t", t(), is(before));
        return response;
    }

    /** The same for fields that are invalid: exactly these. */
    Response invalid(Exchange exchange, String... fields) {
        Response response = refused(422, "invalid", exchange);
        assertThat(response.jsonPath().getList("violations.field"), containsInAnyOrder(fields));
        assertThat(
                response.jsonPath().<String>getList("violations.message").stream()
                        .allMatch(message -> !message.isBlank()),
                is(true));
        return response;
    }

    static void assertProblem(Response response, int status, String type) {
        String told = response.asString();
        assertThat(told, response.statusCode(), is(status));
        assertThat(told, response.contentType(), equalTo("application/problem+json"));
        assertThat(response.jsonPath().getString("type"), equalTo("https://bits.page/problems/" + type));
        assertThat(response.jsonPath().getInt("status"), is(status));
        assertThat(response.jsonPath().getString("title").length(), greaterThan(0));
        assertThat(response.jsonPath().getString("detail").length(), greaterThan(0));
        boolean hasViolations = response.jsonPath().getMap("").containsKey("violations");
        assertThat(told, hasViolations, is(status == 422));
    }

    /** So many times this character. */
    static String times(int count, int codePoint) {
        int[] points = new int[count];
        Arrays.fill(points, codePoint);
        return new String(points, 0, count);
    }

    @FunctionalInterface
    interface Exchange {
        Response send();
    }
}

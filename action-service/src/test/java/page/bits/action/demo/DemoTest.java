package page.bits.action.demo;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import datomic.Database;
import datomic.Entity;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;

@QuarkusTest
@TestProfile(DemoTest.WithDemo.class)
class DemoTest {

    public static class WithDemo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.demo", "true", "bits.datomic.uri", "datomic:mem://demo-test");
        }
    }

    @Inject
    DatomicPeer peer;

    @BeforeEach
    void awaitReadiness() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    private static RequestSpecification signIn(String handle) {
        return given().contentType(ContentType.JSON).body(Map.of("handle", handle));
    }

    private static List<String> offered(RequestSpecification request) {
        return request.get("/auth/session").jsonPath().getList("demo");
    }

    @Test
    void theDemoCreatorsArePresentAsSoonAsTheApplicationIsReady() {
        assertThat(offered(given()), equalTo(List.of("alice", "bob")));
    }

    @Test
    void whatTheyDidIsDatedInThePastInTheOrderOfItsTransactions() {
        Database db = peer.db();
        List<Instant> instants = StreamSupport.stream(
                        db.datoms(Database.AEVT, Attributes.POST_ID).spliterator(), false)
                .map(datom -> db.entity(datom.tx()))
                .filter(transaction -> ((String)
                                ((Entity) transaction.get(Attributes.ACTION_ACTOR)).get(Attributes.ACTOR_SUBJECT))
                        .startsWith("demo-"))
                .map(transaction -> ((Date) transaction.get(Attributes.TX_INSTANT)).toInstant())
                .toList();
        assertThat(instants.size(), greaterThan(6));
        assertThat(instants, equalTo(instants.stream().sorted().toList()));
        Duration ago = Duration.between(instants.get(0), Instant.now());
        assertThat(ago, greaterThan(Duration.ofDays(7)));
        assertThat(ago, lessThan(Duration.ofDays(365)));
    }

    @Test
    void whoeverSitsAtThisMachinePublishesAsAlice() {
        Response signedIn = signIn("alice").post("/auth/demo");
        assertThat(signedIn.asString(), signedIn.statusCode(), is(200));
        assertThat(signedIn.header("Cache-Control"), equalTo("no-store"));
        assertThat(signedIn.jsonPath().getString("sub"), equalTo("demo-alice"));
        assertThat(signedIn.cookie("bits_session"), equalTo(signedIn.jsonPath().getString("token")));
        given().header("Authorization", "Bearer " + signedIn.jsonPath().getString("token"))
                .contentType(ContentType.JSON)
                .body(Map.of("creator", "alice", "text", "Hello"))
                .post("/actions/publish-post")
                .then()
                .statusCode(200);
        Response session =
                given().cookie("bits_session", signedIn.cookie("bits_session")).get("/auth/session");
        assertThat(session.jsonPath().getList("creators"), equalTo(List.of("alice")));
    }

    @Test
    void signingInAsADemoCreatorReplacesTheSession() {
        String guest = given().post("/auth/guest").jsonPath().getString("token");
        Response signedIn = signIn("bob")
                .header("Sec-Fetch-Site", "same-origin")
                .cookie("bits_session", guest)
                .post("/auth/demo");
        assertThat(signedIn.statusCode(), is(200));
        assertThat(signedIn.cookie("bits_session"), not(guest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bits.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0"})
    void underAnotherNameThanThisMachinesThereAreNoDemoAccounts(String host) {
        Response refused = signIn("alice").header("Host", host).post("/auth/demo");
        assertThat(refused.asString(), refused.statusCode(), is(404));
        assertThat(refused.contentType(), equalTo("application/problem+json"));
        assertThat(refused.header("Set-Cookie"), nullValue());
        assertThat(offered(given().header("Host", host)), equalTo(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.1.2.3", "[::1]:8080"})
    void thisMachineHasSeveralNames(String host) {
        assertThat(signIn("alice").header("Host", host).post("/auth/demo").statusCode(), is(200));
    }

    @Test
    void pagesOfOtherOriginsCannotSignIn() {
        for (String site : List.of("cross-site", "same-site", "none")) {
            assertThat(
                    signIn("alice")
                            .header("Sec-Fetch-Site", site)
                            .post("/auth/demo")
                            .statusCode(),
                    is(403));
        }
        assertThat(
                signIn("alice")
                        .header("Origin", "https://evil.example")
                        .post("/auth/demo")
                        .statusCode(),
                is(404));
        String guest = given().post("/auth/guest").jsonPath().getString("token");
        assertThat(
                signIn("alice").cookie("bits_session", guest).post("/auth/demo").statusCode(), is(403));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For, 203.0.113.7",
        "Forwarded, for=203.0.113.7",
        "Forwarded, for=127.0.0.1;host=localhost;proto=http",
        "Via, 1.1 proxy",
        "X-Real-IP, 203.0.113.7",
        "Origin, https://bits.example",
        "Origin, null"
    })
    void behindAProxyThereAreNoDemoAccounts(String header, String value) {
        Response refused = signIn("alice")
                .header("Sec-Fetch-Site", "same-origin")
                .header(header, value)
                .post("/auth/demo");
        assertThat(refused.asString(), refused.statusCode(), is(404));
        assertThat(refused.header("Set-Cookie"), nullValue());
        assertThat(offered(given().header(header, value)), equalTo(List.of()));
    }

    @Test
    void aPageOfThisMachineCanSignIn() {
        Response signedIn = signIn("alice")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Origin", "http://localhost:8080")
                .post("/auth/demo");
        assertThat(signedIn.asString(), signedIn.statusCode(), is(200));
    }

    @Test
    void onlyDemoCreatorsHaveDemoAccounts() {
        Response refused = signIn("carol").post("/auth/demo");
        assertThat(refused.statusCode(), is(404));
        assertThat(refused.jsonPath().getString("detail"), containsString("alice"));
        assertThat(signIn("A").post("/auth/demo").statusCode(), is(422));
        assertThat(
                given().contentType(ContentType.JSON)
                        .body("{}")
                        .post("/auth/demo")
                        .statusCode(),
                is(422));
        assertThat(
                given().contentType("text/plain").body("{}").post("/auth/demo").statusCode(), is(415));
    }
}

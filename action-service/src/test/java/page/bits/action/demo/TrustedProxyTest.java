package page.bits.action.demo;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind a gateway on this machine. */
@QuarkusTest
@TestProfile(TrustedProxyTest.BehindGateway.class)
class TrustedProxyTest {

    public static class BehindGateway implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "bits.demo", "true",
                    "bits.proxies", "127.0.0.0/8,::1",
                    "bits.datomic.uri", "datomic:mem://trusted-proxy-test");
        }
    }

    @BeforeEach
    void awaitReadiness() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    private static RequestSpecification forwarded(String forwarded) {
        return given().header("Forwarded", forwarded);
    }

    private static Response signInAsAlice(RequestSpecification request) {
        return request.contentType(ContentType.JSON)
                .body(Map.of("handle", "alice"))
                .post("/auth/demo");
    }

    @Test
    void theSchemeThatTheGatewayTellsMakesTheCookieSecure() {
        assertThat(
                forwarded("for=203.0.113.7;host=bits.example;proto=https")
                        .post("/auth/guest")
                        .header("Set-Cookie"),
                containsString("Secure"));
        assertThat(
                forwarded("for=203.0.113.7;host=bits.example;proto=http")
                        .post("/auth/guest")
                        .header("Set-Cookie"),
                not(containsString("Secure")));
    }

    @ParameterizedTest
    @CsvSource({
        "https, https://bits.example, 200",
        "https, http://bits.example, 403",
        "http, http://bits.example, 200",
        "https, https://evil.example, 403",
        "https, https://localhost, 403"
    })
    void aPageIsOfTheHostThatTheGatewayTells(String scheme, String origin, int status) {
        Response guest = forwarded("for=203.0.113.7;host=bits.example;proto=" + scheme)
                .header("Origin", origin)
                .post("/auth/guest");
        assertThat(guest.asString(), guest.statusCode(), is(status));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=127.0.0.1;host=\"localhost:8080\";proto=http",
                "for=\"127.0.0.1:4711\";host=\"127.0.0.1:8080\";proto=http",
                "for=\"[::1]:4711\";host=\"[::1]:8080\";proto=http",
                "for=\"[::1]\";host=localhost"
            })
    void whoeverSitsAtTheGatewaysMachineHasTheDemoAccounts(String forwarded) {
        Response signedIn = signInAsAlice(forwarded(forwarded));
        assertThat(signedIn.asString(), signedIn.statusCode(), is(200));
        assertThat(
                forwarded(forwarded).get("/auth/session").jsonPath().getList("demo"), equalTo(List.of("alice", "bob")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=203.0.113.7;host=localhost;proto=http",
                "for=127.0.0.1;host=bits.example;proto=http",
                "for=127.0.0.1;host=localhost, for=203.0.113.7;host=localhost",
                "for=127.0.0.1;host=localhost,for=127.0.0.1;host=localhost",
                "for=127.0.0.1;for=203.0.113.7;host=localhost",
                "for=unknown;host=localhost",
                "for=_hidden;host=localhost",
                "xfor=127.0.0.1;host=localhost",
                "host=localhost",
                ""
            })
    void nobodyElseHasThem(String forwarded) {
        Response refused = signInAsAlice(forwarded(forwarded));
        assertThat(refused.asString(), refused.statusCode(), is(404));
        assertThat(forwarded(forwarded).get("/auth/session").jsonPath().getList("demo"), equalTo(List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "Via, 1.1 proxy",
        "X-Forwarded-For, 127.0.0.1",
        "X-Forwarded-Host, localhost",
        "X-Real-IP, 127.0.0.1",
        "Forwarded, for=127.0.0.1",
        "Origin, https://bits.example"
    })
    void norDoesWhoeverCameThroughAnotherProxyBefore(String header, String value) {
        Response refused = signInAsAlice(
                forwarded("for=127.0.0.1;host=localhost;proto=http").header(header, value));
        assertThat(refused.asString(), refused.statusCode(), is(404));
    }
}

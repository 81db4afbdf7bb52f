package page.bits.action;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Cookie;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Forgery;
import page.bits.identity.Session;

/** The sessions of browsers, and tokens for guests. */
@QuarkusTest
class SessionTest extends ServiceTest {

    private static RequestSpecification fromOurPage() {
        return json().header("Sec-Fetch-Site", "same-origin");
    }

    private static void assertCookie(Response response, String token, long maxAge) {
        Cookie cookie = response.detailedCookie("bits_session");
        assertThat(cookie.getValue(), equalTo(token));
        assertThat(cookie.getPath(), equalTo("/"));
        assertThat(cookie.isHttpOnly(), is(true));
        assertThat(cookie.getSameSite(), equalTo("Lax"));
        assertThat("over plain HTTP", cookie.isSecured(), is(false));
        assertThat(cookie.getMaxAge(), allOf(greaterThan(maxAge - 60), lessThanOrEqualTo(maxAge)));
    }

    private static void assertNoCookie(Response response) {
        assertThat(response.header("Set-Cookie"), nullValue());
    }

    @Test
    void aProgramBecomesAGuest() {
        Response response = given().post("/auth/guest");
        assertThat(response.asString(), response.statusCode(), is(200));
        assertThat(response.header("Cache-Control"), equalTo("no-store"));
        assertThat(response.jsonPath().getMap("").keySet(), equalTo(Set.of("token", "sub", "name")));
        assertThat(response.jsonPath().getString("name"), equalTo("Guest"));
        String token = response.jsonPath().getString("token");
        assertCookie(response, token, 30 * 24 * 3600L);

        Response session = json().header("Authorization", "Bearer " + token).get("/auth/session");
        assertThat(session.jsonPath().getBoolean("signedIn"), is(true));
        assertThat(session.jsonPath().getString("name"), equalTo("Guest"));
    }

    @Test
    void everyGuestIsSomeoneElse() {
        String one = given().post("/auth/guest").jsonPath().getString("sub");
        assertThat(given().post("/auth/guest").jsonPath().getString("sub"), not(one));
    }

    @Test
    void aGuestMayGiveAName() {
        Response response =
                json().body(Map.of("name", "  Zo\u00eb \uD83D\uDE00 ")).post("/auth/guest");
        assertThat(response.jsonPath().getString("name"), equalTo("Zo\u00eb \uD83D\uDE00"));
        Response session = json().header(
                        "Authorization", "Bearer " + response.jsonPath().getString("token"))
                .get("/auth/session");
        assertThat(session.jsonPath().getString("name"), equalTo("Zo\u00eb \uD83D\uDE00"));
        assertThat(json().body("{\"name\":null}").post("/auth/guest").jsonPath().getString("name"), equalTo("Guest"));
        assertThat(
                json().body(Map.of("name", times(80, 0x1F600)))
                        .post("/auth/guest")
                        .statusCode(),
                is(200));
    }

    @Test
    void aNameThatIsNoneIsInvalid() {
        for (Object name : List.of("", "  ", times(81, 'x'), "two\nlines", 7, List.of())) {
            invalid(() -> json().body(Map.of("name", name)).post("/auth/guest"), "name");
        }
        invalid(() -> json().body("{\"name\":\"\\ud800\"}").post("/auth/guest"), "name");
        invalid(() -> json().body(Map.of("nick", "x")).post("/auth/guest"), "nick");
        refused(400, "not-json", () -> json().body("{").post("/auth/guest"));
        refused(
                415,
                "unsupported-media-type",
                () -> json().contentType("text/plain").body("{}").post("/auth/guest"));
        refused(413, "too-large", () -> json().body(" ".repeat(65537)).post("/auth/guest"));
    }

    @Test
    void aGuestOfTheBrowserKeepsTheSessionThatIsValid() {
        Session alice = guest("Alice");
        for (RequestSpecification request : List.of(
                fromOurPage().cookie("bits_session", alice.token()),
                json().header("Authorization", "Bearer " + alice.token()))) {
            Response response = request.body(Map.of("name", "Another")).post("/auth/guest");
            assertThat(response.statusCode(), is(200));
            assertThat(
                    response.jsonPath().getString("sub"), equalTo(alice.actor().subject()));
            assertThat(response.jsonPath().getString("name"), equalTo("Alice"));
            assertThat(response.jsonPath().getString("token"), equalTo(alice.token()));
            assertNoCookie(response);
        }
    }

    @Test
    void aSessionThatIsNotValidAnyMoreIsReplaced() {
        String expired = Forgery.token(c -> c.put("exp", Instant.now().getEpochSecond() - 1));
        Response response = fromOurPage().cookie("bits_session", expired).post("/auth/guest");
        assertThat(response.statusCode(), is(200));
        assertThat(response.cookie("bits_session"), equalTo(response.jsonPath().getString("token")));
    }

    @Test
    void aBadBearerIsNotReplacedByAGuest() {
        Response response = refused(
                401,
                "unauthorized",
                () -> json().header("Authorization", "Bearer x").post("/auth/guest"));
        assertNoCookie(response);
    }

    /** OWN stands for the origin of the server itself. */
    @ParameterizedTest
    @CsvSource({
        "same-origin, , true",
        "same-site, , false",
        "cross-site, , false",
        "none, , false",
        ", OWN, true",
        ", https://evil.example, false",
        ", null, false",
    })
    void sessionsBeginAndEndFromPagesOfOurs(String secFetchSite, String origin, boolean allowed) {
        String token = guest("Alice").token();
        for (boolean withCookie : new boolean[] {false, true}) {
            assertOnlyFromUs(
                    allowed, 200, "POST", "/auth/guest", withCookie ? token : null, null, secFetchSite, origin);
            assertOnlyFromUs(
                    allowed, 204, "DELETE", "/auth/session", withCookie ? token : null, null, secFetchSite, origin);
        }
        assertOnlyFromUs(allowed, 204, "POST", "/auth/session", token, token, secFetchSite, origin);
        // With a bearer token and no cookie the rule does not apply.
        assertOnlyFromUs(true, 204, "POST", "/auth/session", null, token, secFetchSite, origin);
        assertOnlyFromUs(true, 204, "DELETE", "/auth/session", null, token, secFetchSite, origin);
        assertOnlyFromUs(true, 200, "POST", "/auth/guest", null, token, secFetchSite, origin);
    }

    @Test
    void aRequestThatTellsNothingOfItsOriginMayOnlyAskForAGuest() {
        String token = guest("Alice").token();
        assertOnlyFromUs(true, 200, "POST", "/auth/guest", null, null, null, null);
        assertOnlyFromUs(false, 200, "POST", "/auth/guest", token, null, null, null);
        assertOnlyFromUs(false, 200, "POST", "/auth/guest", "expired", null, null, null);
        assertOnlyFromUs(false, 204, "DELETE", "/auth/session", null, null, null, null);
        assertOnlyFromUs(false, 204, "DELETE", "/auth/session", token, null, null, null);
        assertOnlyFromUs(false, 204, "POST", "/auth/session", token, token, null, null);
        assertOnlyFromUs(true, 204, "POST", "/auth/session", null, token, null, null);
    }

    private void assertOnlyFromUs(
            boolean allowed,
            int status,
            String method,
            String path,
            String cookie,
            String bearer,
            String secFetchSite,
            String origin) {
        RequestSpecification request = json();
        if (cookie != null) {
            request.cookie("bits_session", cookie);
        }
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        if (secFetchSite != null) {
            request.header("Sec-Fetch-Site", secFetchSite);
        }
        if (origin != null) {
            request.header("Origin", origin.equals("OWN") ? ownOrigin() : origin);
        }
        if (allowed) {
            Response response = request.request(method, path);
            assertThat(method + " " + path + ": " + response.asString(), response.statusCode(), is(status));
        } else {
            assertNoCookie(refused(403, "forbidden", () -> request.request(method, path)));
        }
    }

    @Test
    void aBearerTokenBecomesTheCookieAndEndsWithTheToken() {
        String token = Forgery.token(c -> c.put("exp", Instant.now().getEpochSecond() + 600));
        Response response =
                fromOurPage().header("Authorization", "Bearer " + token).post("/auth/session");
        assertThat(response.statusCode(), is(204));
        assertThat(response.asString(), equalTo(""));
        assertCookie(response, token, 600);
    }

    @Test
    void withoutAValidBearerThereIsNoSessionToBegin() {
        Session alice = guest("Alice");
        for (RequestSpecification request : List.of(
                fromOurPage(),
                fromOurPage().cookie("bits_session", alice.token()),
                fromOurPage().header("Authorization", "Bearer x"))) {
            Response response = refused(401, "unauthorized", () -> request.post("/auth/session"));
            assertThat(response.header("WWW-Authenticate"), startsWith("Bearer"));
            assertNoCookie(response);
        }
    }

    @Test
    void signingOutClearsTheCookie() {
        Response response =
                fromOurPage().cookie("bits_session", guest("Alice").token()).delete("/auth/session");
        assertThat(response.statusCode(), is(204));
        String cookie = response.header("Set-Cookie");
        assertThat(cookie, startsWith("bits_session="));
        assertThat(cookie, allOf(containsString("Max-Age=0"), containsString("Path=/"), containsString("HttpOnly")));
        assertThat(response.cookie("bits_session"), equalTo(""));
    }

    @Test
    void aPageLearnsWhoItIsUsedByAndWhatTheyOwn() {
        Session alice = guest("Alice");
        String first = registered(alice);
        String second = registered(alice);
        registered(guest("Bob"));
        for (RequestSpecification request : List.of(as(alice), json().cookie("bits_session", alice.token()))) {
            Response response = request.get("/auth/session");
            assertThat(response.statusCode(), is(200));
            assertThat(response.header("Cache-Control"), equalTo("no-store"));
            List<String> creators = Stream.of(first, second).sorted().toList();
            assertThat(
                    response.jsonPath().getMap(""),
                    equalTo(Map.of(
                            "signedIn",
                            true,
                            "id",
                            alice.actor().id(),
                            "name",
                            "Alice",
                            "creators",
                            creators,
                            "demo",
                            List.of(),
                            "guests",
                            true)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer x", "Basic x"})
    void aPageLearnsThatNobodyIsSignedIn(String authorization) {
        RequestSpecification request = json().cookie("bits_session", "x");
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        for (RequestSpecification nobody : List.of(json(), request)) {
            Response response = nobody.get("/auth/session");
            assertThat(response.statusCode(), is(200));
            assertThat(
                    response.jsonPath().getMap(""),
                    equalTo(Map.of("signedIn", false, "creators", List.of(), "demo", List.of(), "guests", true)));
        }
    }

    @Test
    void anotherMethodOrPathIsAProblemToo() {
        refused(405, "method-not-allowed", () -> json().get("/auth/guest"));
        refused(405, "method-not-allowed", () -> json().put("/auth/session"));
        refused(404, "not-found", () -> json().post("/auth/nothing"));
    }
}

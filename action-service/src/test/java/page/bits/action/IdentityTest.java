package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Forgery;
import page.bits.identity.Session;

/** Whose token an action takes, and from where. */
@QuarkusTest
class IdentityTest extends ServiceTest {

    private static final List<String> ACTIONS = List.of("/actions/register-creator", "/actions/publish-post");

    /** What gets through to the rules for fields was let in. */
    private static void assertLetIn(Response response) {
        assertProblem(response, 422, "invalid");
    }

    private void assertUnauthorized(RequestSpecification request, String path) {
        Response response =
                refused(401, "unauthorized", () -> request.body("{}").post(path));
        assertThat(response.header("WWW-Authenticate"), startsWith("Bearer"));
    }

    private static RequestSpecification bearer(String token) {
        return json().header("Authorization", "Bearer " + token);
    }

    private static RequestSpecification cookie(String token) {
        return json().cookie("bits_session", token);
    }

    private static RequestSpecification fromOurPage(String token) {
        return cookie(token).header("Sec-Fetch-Site", "same-origin");
    }

    static Stream<Arguments> badTokens() {
        long now = Instant.now().getEpochSecond();
        byte[] otherKey = "x".repeat(32).getBytes(StandardCharsets.US_ASCII);
        byte[] key64 = "k".repeat(64).getBytes(StandardCharsets.US_ASCII);
        String valid = Forgery.token(claims -> {});
        String[] parts = valid.split("\\.");
        String another = Forgery.token(claims -> claims.put("sub", "another"));
        return Stream.of(
                Arguments.of("expired", Forgery.token(c -> c.put("exp", now - 1))),
                Arguments.of("no exp", Forgery.token(c -> c.remove("exp"))),
                Arguments.of("exp of the wrong type", Forgery.token(c -> c.put("exp", "tomorrow"))),
                Arguments.of("not yet valid", Forgery.token(c -> c.put("nbf", now + 60))),
                Arguments.of("another issuer", Forgery.token(c -> c.put("iss", "https://evil.example"))),
                Arguments.of("no issuer", Forgery.token(c -> c.remove("iss"))),
                Arguments.of("issuer of the wrong type", Forgery.token(c -> c.put("iss", 7))),
                Arguments.of("another audience", Forgery.token(c -> c.put("aud", "someone-else"))),
                Arguments.of("no audience", Forgery.token(c -> c.remove("aud"))),
                Arguments.of("no subject", Forgery.token(c -> c.remove("sub"))),
                Arguments.of("blank subject", Forgery.token(c -> c.put("sub", " "))),
                Arguments.of("subject of the wrong type", Forgery.token(c -> c.put("sub", 7))),
                Arguments.of("name of the wrong type", Forgery.token(c -> c.put("name", List.of("x")))),
                Arguments.of("name too long", Forgery.token(c -> c.put("name", "x".repeat(81)))),
                Arguments.of("alg none", Forgery.token("none", null, null, c -> {})),
                Arguments.of("alg none with the signature left", parts[0] + "." + parts[1] + "."),
                Arguments.of("HS512 with the right key", Forgery.token("HS512", "HmacSHA512", Forgery.KEY, c -> {})),
                Arguments.of("HS512 with a long key", Forgery.token("HS512", "HmacSHA512", key64, c -> {})),
                Arguments.of("HS384", Forgery.token("HS384", "HmacSHA384", Forgery.KEY, c -> {})),
                Arguments.of("RS256 with the secret", Forgery.token("RS256", "HmacSHA256", Forgery.KEY, c -> {})),
                Arguments.of("another key", Forgery.token("HS256", "HmacSHA256", otherKey, c -> {})),
                Arguments.of("claims of another", parts[0] + "." + another.split("\\.")[1] + "." + parts[2]),
                Arguments.of("a signature cut short", valid.substring(0, valid.length() - 2)),
                Arguments.of("four parts", valid + ".x"),
                Arguments.of("two parts", parts[0] + "." + parts[1]),
                Arguments.of("five parts", "a.b.c.d.e"),
                Arguments.of("no token", "alice"),
                Arguments.of("claims that are no JSON", parts[0] + ".bm8." + parts[2]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void aTokenThatDoesNotHoldIsRefusedAsBearerAndInTheCookie(String why, String token) {
        for (String path : ACTIONS) {
            assertUnauthorized(bearer(token), path);
            assertUnauthorized(fromOurPage(token), path);
        }
        String told = bearer(token).body("{}").post(ACTIONS.get(0)).asString();
        assertThat(told, not(containsString(token)));
    }

    @Test
    void withoutATokenNothingIsDone() {
        for (String path : ACTIONS) {
            assertUnauthorized(json(), path);
            assertUnauthorized(json().header("Sec-Fetch-Site", "same-origin"), path);
            assertUnauthorized(json().cookie("bits_session", ""), path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YWxpY2U6c2VjcmV0", "Bearer", "Bearer ", "Digest x", "token"})
    void anotherAuthorizationThanABearerTokenIsRefusedAlsoWithAGoodCookie(String authorization) {
        for (String path : ACTIONS) {
            assertUnauthorized(json().header("Authorization", authorization), path);
            assertUnauthorized(fromOurPage(guest("Alice").token()).header("Authorization", authorization), path);
        }
    }

    @Test
    void aValidTokenIsTakenAsBearerAndInTheCookie() {
        String token = guest("Alice").token();
        for (String path : ACTIONS) {
            assertLetIn(bearer(token).body("{}").post(path));
            assertLetIn(json().header("Authorization", "bearer  " + token)
                    .body("{}")
                    .post(path));
            assertLetIn(fromOurPage(token).body("{}").post(path));
        }
        assertLetIn(bearer(Forgery.token(c -> c.put("aud", List.of("other", "bits"))))
                .body("{}")
                .post(ACTIONS.get(0)));
        assertLetIn(bearer(Forgery.token(c -> c.remove("name"))).body("{}").post(ACTIONS.get(0)));
    }

    @Test
    void authorizationBeatsTheCookie() {
        Session alice = guest("Alice");
        Session bob = guest("Bob");
        String handle = registered(alice);
        Map<String, String> post = Map.of("creator", handle, "text", "x");
        fromOurPage(bob.token())
                .header("Authorization", "Bearer " + alice.token())
                .body(post)
                .post("/actions/publish-post")
                .then()
                .statusCode(200);
        refused(
                403,
                "forbidden",
                () -> fromOurPage(alice.token())
                        .header("Authorization", "Bearer " + bob.token())
                        .body(post)
                        .post("/actions/publish-post"));
        assertUnauthorized(
                fromOurPage(alice.token()).header("Authorization", "Bearer " + alice.token() + "x"),
                "/actions/publish-post");
    }

    @Test
    void twoAuthorizationsAreRefused() {
        String token = "Bearer " + guest("Alice").token();
        assertUnauthorized(json().header("Authorization", token, token), ACTIONS.get(0));
    }

    /** OWN stands for the origin of the server itself. */
    @ParameterizedTest
    @CsvSource({
        "same-origin, , true",
        "same-origin, https://evil.example, true",
        "same-site, , false",
        "same-site, OWN, false",
        "cross-site, , false",
        "cross-site, OWN, false",
        "none, , false",
        ", OWN, true",
        ", https://evil.example, false",
        ", null, false",
        ", , false",
    })
    void aRequestWithTheCookieComesFromAPageOfOurs(String secFetchSite, String origin, boolean letIn) {
        String token = guest("Alice").token();
        for (String path : ACTIONS) {
            for (boolean withBearer : new boolean[] {false, true}) {
                RequestSpecification request = cookie(token);
                if (withBearer) {
                    request.header("Authorization", "Bearer " + token);
                }
                if (secFetchSite != null) {
                    request.header("Sec-Fetch-Site", secFetchSite);
                }
                if (origin != null) {
                    request.header("Origin", origin.equals("OWN") ? ownOrigin() : origin);
                }
                if (letIn) {
                    assertLetIn(request.body("{}").post(path));
                } else {
                    refused(403, "forbidden", () -> request.body("{}").post(path));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"cross-site, https://evil.example", "same-site, ", ", https://evil.example", ", "})
    void aRequestWithABearerTokenAndNoCookieMayComeFromAnywhere(String secFetchSite, String origin) {
        RequestSpecification request = bearer(guest("Alice").token());
        if (secFetchSite != null) {
            request.header("Sec-Fetch-Site", secFetchSite);
        }
        if (origin != null) {
            request.header("Origin", origin);
        }
        assertLetIn(request.body("{}").post(ACTIONS.get(0)));
    }

    @Test
    void theCookieMakesTheSameActorAsTheBearer() {
        Session alice = guest("Alice");
        String handle = registered(alice);
        Response reply = fromOurPage(alice.token())
                .body(Map.of("creator", handle, "text", "From the page"))
                .post("/actions/publish-post");
        assertThat(reply.asString(), reply.statusCode(), is(200));
        assertThat(reply.jsonPath().getString("action"), equalTo("publish-post"));
    }
}

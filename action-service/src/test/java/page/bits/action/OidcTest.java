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

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.Test;
import page.bits.identity.Issuer;
import page.bits.identity.Providers;
import page.bits.identity.Session;

/** Providers and guests at once, through the running service. */
@QuarkusTest
@QuarkusTestResource(value = Providers.class, restrictToAnnotatedClass = true)
class OidcTest extends ServiceTest {

    @Inject
    Config config;

    private String issuer(String provider) {
        return config.getValue("bits.auth.oidc.\"" + provider + "\".issuer", String.class);
    }

    private String token(String provider, String algorithm, Consumer<Map<String, Object>> change) throws Exception {
        PublicJsonWebKey key =
                PublicJsonWebKey.Factory.newPublicJwk(config.getValue("test.oidc." + provider + ".key", String.class));
        return Issuer.token(issuer(provider), Instant.now(), key, algorithm, claims -> {
            claims.put("aud", "bits-" + provider);
            change.accept(claims);
        });
    }

    private String token(String provider) throws Exception {
        return token(provider, provider.equals("two") ? "PS256" : "RS256", c -> {});
    }

    private static RequestSpecification bearer(String token) {
        return json().header("Authorization", "Bearer " + token);
    }

    private static RequestSpecification fromOurPage(String token) {
        return json().cookie("bits_session", token).header("Sec-Fetch-Site", "same-origin");
    }

    private static Response register(RequestSpecification who, String handle) {
        return who.body(Map.of("handle", handle, "displayName", "Someone")).post("/actions/register-creator");
    }

    private static Response publish(RequestSpecification who, String handle) {
        return who.body(Map.of("creator", handle, "text", "Hello")).post("/actions/publish-post");
    }

    @Test
    void theSameSubjectAtTwoIssuersIsTwoActorsAndAGuestIsAThird() throws Exception {
        Session guest = guest("Guest");
        String one = token("one");
        String two = token("two");
        List<String> tokens = List.of(one, two, guest.token());
        List<String> handles = List.of(newHandle(), newHandle(), newHandle());
        for (int i = 0; i < 3; i++) {
            assertThat(register(bearer(tokens.get(i)), handles.get(i)).statusCode(), is(200));
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                Response response =
                        publish(i % 2 == 0 ? bearer(tokens.get(i)) : fromOurPage(tokens.get(i)), handles.get(j));
                assertThat(response.asString(), response.statusCode(), is(i == j ? 200 : 403));
            }
        }
        Response session = bearer(one).get("/auth/session");
        assertThat(session.jsonPath().getList("creators"), equalTo(List.of(handles.get(0))));
        assertThat(session.jsonPath().getString("name"), equalTo("Someone Else"));
        assertThat(session.asString(), not(containsString("\"someone\"")));
        assertThat(
                session.jsonPath().getString("id"),
                not(bearer(two).get("/auth/session").jsonPath().getString("id")));
    }

    @Test
    void aTokenForAnotherProvidersAudienceIsRefused() throws Exception {
        String wrong = token("one", "RS256", c -> c.put("aud", "bits-two"));
        Response response = refused(401, "unauthorized", () -> publish(bearer(wrong), "x"));
        assertThat(response.header("WWW-Authenticate"), equalTo("Bearer error=\"invalid_token\""));
        assertThat(response.jsonPath().getString("detail"), containsString("another audience"));
    }

    @Test
    void aPageIsNotToldTheTokenThatItsCookieKeepsFromIt() throws Exception {
        Response response = fromOurPage(token("one")).post("/auth/guest");
        assertThat(response.statusCode(), is(200));
        assertThat(response.jsonPath().getMap("").keySet(), equalTo(Set.of("sub", "name")));
    }

    @Test
    void aTokenSignedByAnotherProviderIsRefused() throws Exception {
        String wrong = token("two", "PS256", c -> c.put("iss", issuer("one")));
        refused(401, "unauthorized", () -> publish(bearer(wrong), "x"));
    }

    @Test
    void severalAuthorizationsAreRefused() throws Exception {
        String token = token("one");
        refused(
                401,
                "unauthorized",
                () -> publish(json().header("Authorization", "Bearer " + token, "Bearer " + token), "x"));
        refused(
                401,
                "unauthorized",
                () -> publish(json().header("Authorization", "Bearer " + token + ", Bearer " + token), "x"));
    }

    @Test
    void aBearerTokenBecomesTheCookieAndEndsWithTheToken() throws Exception {
        String token = token("one", "RS256", c -> c.put("exp", Instant.now().getEpochSecond() + 600));
        Response response =
                bearer(token).header("Sec-Fetch-Site", "same-origin").post("/auth/session");
        assertThat(response.asString(), response.statusCode(), is(204));
        assertThat(response.cookie("bits_session"), equalTo(token));
        assertThat(
                response.detailedCookie("bits_session").getMaxAge(), allOf(greaterThan(540L), lessThanOrEqualTo(600L)));
        Response session = fromOurPage(token).get("/auth/session");
        assertThat(session.jsonPath().getBoolean("signedIn"), is(true));
    }

    @Test
    void aTokenThatIsOverButForTheSkewMakesNoCookie() throws Exception {
        long now = Instant.now().getEpochSecond();
        String token = token("one", "RS256", c -> {
            c.put("iat", now - 60);
            c.put("exp", now - 5);
        });
        assertThat(publish(bearer(token), "nobody").statusCode(), is(404));
        Response response = refused(401, "unauthorized", () -> bearer(token).post("/auth/session"));
        assertThat(response.header("Set-Cookie"), nullValue());
    }

    @Test
    void aTokenThatNoCookieCanHoldIsABearerTokenOnly() throws Exception {
        String large = token("one", "RS256", c -> c.put("groups", "x".repeat(3000)));
        Response response = refused(431, "header-too-large", () -> bearer(large).post("/auth/session"));
        assertThat(response.header("Set-Cookie"), nullValue());
        assertThat(response.jsonPath().getString("detail"), containsString("cookie"));
        assertThat(publish(bearer(large), "nobody").statusCode(), is(404));
    }

    @Test
    void aTokenOfEnormousSizeIsRefused() {
        Response response = refused(401, "unauthorized", () -> publish(bearer("x".repeat(8193)), "x"));
        assertThat(response.jsonPath().getString("detail"), containsString("8192"));
    }

    @Test
    void whereAProviderCannotBeAskedItIsNotSaidThatTheTokenIsBad() throws Exception {
        String token = token("silent");
        for (Exchange exchange : List.<Exchange>of(
                () -> publish(bearer(token), "x"),
                () -> publish(fromOurPage(token), "x"),
                () -> bearer(token).post("/auth/session"),
                () -> fromOurPage(token).get("/auth/session"),
                () -> fromOurPage(token).post("/auth/guest"))) {
            Response response = refused(503, "unavailable", exchange);
            assertThat(response.header("Retry-After"), equalTo("5"));
            assertThat("the session stays", response.header("Set-Cookie"), nullValue());
        }
        Response signedOut = fromOurPage(token).delete("/auth/session");
        assertThat("whoever wants to sign out can", signedOut.statusCode(), is(204));
        assertThat("guests don't notice", given().post("/auth/guest").statusCode(), is(200));
        assertThat(bearer(token("one")).get("/auth/session").jsonPath().getBoolean("signedIn"), is(true));
    }
}

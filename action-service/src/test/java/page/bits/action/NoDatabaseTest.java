package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import page.bits.action.session.Guests;
import page.bits.identity.ActorName;
import page.bits.identity.ServiceToken;

/** A node whose database is not there: nobody listens on its port. */
@QuarkusTest
@TestProfile(NoDatabaseTest.Away.class)
class NoDatabaseTest {

    public static class Away implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.datomic.uri", "datomic:dev://127.0.0.1:1/bits");
        }
    }

    @Inject
    Guests tokens;

    @Inject
    ServiceToken token;

    private RequestSpecification asAlice() {
        return ServiceTest.as(tokens.issue(new ActorName("Alice")));
    }

    @Test
    void anActionIsRefusedAsNeverSubmittedWithOrWithoutAKey() {
        Map<String, String> body = Map.of("handle", "alice", "displayName", "Alice");
        for (RequestSpecification request : List.of(asAlice(), asAlice().header("Idempotency-Key", "k"))) {
            Response response = request.body(body).post("/actions/register-creator");
            ServiceTest.assertProblem(response, 503, "unavailable");
            assertThat(response.header("Retry-After"), equalTo("1"));
        }
    }

    @Test
    void presenceIsRefusedAsNeverSubmittedToo() {
        Response response = ServiceTest.json()
                .header("Authorization", "Bearer " + token.value())
                .body(Map.of("kind", "end", "node", "abcdefghijklmnopqrstuv", "lease", 1))
                .post("/actions/presence");
        ServiceTest.assertProblem(response, 503, "unavailable");
        assertThat(response.header("Retry-After"), equalTo("1"));
    }

    @Test
    void whatIsWrongWithTheRequestItselfIsStillTold() {
        ServiceTest.assertProblem(asAlice().body("{").post("/actions/register-creator"), 400, "not-json");
        ServiceTest.assertProblem(asAlice().body("{}").post("/actions/publish-post"), 422, "invalid");
    }

    @Test
    void aPageStillLearnsWhoItIsUsedBy() {
        Response response = asAlice().get("/auth/session");
        assertThat(response.statusCode(), is(200));
        assertThat(response.jsonPath().getString("name"), equalTo("Alice"));
    }

    @Test
    void theNodeIsNotReady() {
        assertThat(ServiceTest.json().get("/q/health/ready").statusCode(), is(503));
        assertThat(ServiceTest.json().get("/q/health/live").statusCode(), is(200));
    }
}

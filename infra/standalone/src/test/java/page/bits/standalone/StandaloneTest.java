package page.bits.standalone;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without demo data, as it is by default. */
@QuarkusTest
@TestProfile(StandaloneTest.WithoutDemo.class)
class StandaloneTest {

    public static class WithoutDemo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.datomic.uri", "datomic:mem://standalone-test");
        }
    }

    @Test
    void itBecomesReadyAndHasNoDemoAccounts() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        Response refused = given().contentType(ContentType.JSON)
                .body(Map.of("handle", "alice"))
                .post("/auth/demo");
        assertThat(refused.statusCode(), is(404));
        assertThat(refused.contentType(), equalTo("application/problem+json"));
        assertThat(given().get("/auth/session").jsonPath().getList("demo"), equalTo(List.of()));
        assertThat(given().get("/views/posts/alice").statusCode(), is(404));
    }

    @Test
    void allServicesAreDescribedInOneDocument() {
        String document = given().get("/q/openapi").asString();
        for (String path : List.of("/actions/publish-post", "/auth/session", "/auth/demo", "/views/")) {
            assertThat(document, containsString(path));
        }
        assertThat(given().get("/q/metrics").statusCode(), is(200));
        assertThat(given().get("/q/swagger-ui/").statusCode(), is(200));
    }
}

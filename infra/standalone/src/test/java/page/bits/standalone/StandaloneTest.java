package page.bits.standalone;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

    @TestHTTPResource("/presence/alice")
    URI presence;

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
    void whoeverHoldsAStreamOfAPageIsPresentThere() throws Exception {
        await().atMost(Duration.ofSeconds(60)).until(() -> present() == 0);
        HttpRequest stream = HttpRequest.newBuilder(URI.create(presence + "?viewer=visitor-1"))
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<InputStream> opened =
                HttpClient.newHttpClient().send(stream, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream events = opened.body()) {
            assertThat(opened.statusCode(), is(200));
            assertThat(events.read(), is(not(-1)));
            await().atMost(Duration.ofSeconds(10)).until(() -> present() == 1);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> present() == 0);
    }

    /** How many are on alice's page; -1 where nobody knows. */
    private int present() {
        Response told = given().get(presence);
        return told.statusCode() == 200 ? told.jsonPath().getInt("count") : -1;
    }

    @Test
    void allServicesAreDescribedInOneDocument() {
        String document = given().get("/q/openapi").asString();
        for (String path : List.of("/actions/publish-post", "/auth/session", "/auth/demo", "/views/", "/presence/")) {
            assertThat(document, containsString(path));
        }
        assertThat(given().get("/q/metrics").statusCode(), is(200));
        assertThat(given().get("/q/swagger-ui/").statusCode(), is(200));
    }
}

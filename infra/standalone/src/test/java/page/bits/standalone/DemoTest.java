package page.bits.standalone;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What action-service loads, view-service shows. */
@QuarkusTest
@TestProfile(DemoTest.WithDemo.class)
class DemoTest {

    public static class WithDemo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.demo", "true", "bits.datomic.uri", "datomic:mem://demo-test");
        }
    }

    @Test
    void theDemoCreatorsHavePostsWithPicturesAsSoonAsTheApplicationIsReady() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        assertThat(given().get("/auth/session").jsonPath().getList("demo"), equalTo(List.of("alice", "bob")));
        for (String handle : List.of("alice", "bob")) {
            List<String> pictures =
                    given().get("/views/posts/" + handle).jsonPath().getList("view.posts.imageUrl");
            assertThat(pictures.size(), greaterThan(3));
            pictures.stream()
                    .filter(Objects::nonNull)
                    .forEach(picture -> given().get(picture).then().statusCode(200));
        }
    }
}

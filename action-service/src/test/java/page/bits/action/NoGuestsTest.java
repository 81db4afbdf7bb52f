package page.bits.action;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(NoGuestsTest.WithoutGuests.class)
class NoGuestsTest extends ServiceTest {

    public static class WithoutGuests implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.auth.guests", "false", "bits.action.max-wait", "PT0S");
        }
    }

    @Test
    void whereThereAreNoGuestsTheirPathDoesNotExist() {
        refused(404, "not-found", () -> given().post("/auth/guest"));
        refused(
                404,
                "not-found",
                () -> json().header("Sec-Fetch-Site", "cross-site").body("{").post("/auth/guest"));
        assertThat(json().get("/auth/session").jsonPath().getBoolean("guests"), is(false));
    }

    @Test
    void whoseTurnDoesNotComeInTimeIsToldThatNothingWasSubmitted() {
        String handle = newHandle();
        var response = refused(
                503,
                "unavailable",
                () -> as(guest("Alice"))
                        .body(Map.of("handle", handle, "displayName", "Alice"))
                        .post("/actions/register-creator"));
        assertThat(response.header("Retry-After"), is("1"));
    }
}

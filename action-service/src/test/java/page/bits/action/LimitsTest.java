package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import page.bits.identity.Session;

/** How often somebody may act: with these settings so slowly refilled that no test sees a token come back. */
@QuarkusTest
@TestProfile(LimitsTest.Few.class)
class LimitsTest extends ServiceTest {

    public static class Few implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "bits.limit.actor.rate", "1",
                    "bits.limit.actor.burst", "120",
                    "bits.limit.address.rate", "1",
                    "bits.limit.address.burst", "150",
                    "bits.auth.guests", "true",
                    "bits.proxies", "127.0.0.1");
        }
    }

    private static String unlike() {
        return "{\"postId\":\"" + UUID.randomUUID() + "\"}";
    }

    private static String batch(int size) {
        String each = "{\"name\":\"unlike-post\",\"body\":" + unlike() + "}";
        return "{\"actions\":[" + (each + ",").repeat(size - 1) + each + "]}";
    }

    private static Response from(String address, Session actor, String path, String body) {
        return as(actor)
                .header("Forwarded", "for=\"" + address + "\"")
                .body(body)
                .post(path);
    }

    /** Until it is too often; some more than the burst, as tokens come back meanwhile. */
    private static Response repeated(Exchange exchange) {
        Response response = exchange.send();
        for (int i = 0; i < 1000 && response.statusCode() != 429; i++) {
            response = exchange.send();
        }
        return response;
    }

    private void assertTooMany(Response response, String key) {
        assertProblem(response, 429, "too-many-requests");
        assertThat(response.jsonPath().getString("detail"), containsString(key));
        assertThat(Integer.parseInt(response.header("Retry-After")), greaterThanOrEqualTo(1));
    }

    @Test
    void anActorWhoActsTooOftenIsToldWhenToComeBackWhileOthersGoOn() {
        Session alice = guest("Alice");
        as(alice).body(batch(100)).post("/actions");
        AtomicInteger more = new AtomicInteger();
        assertTooMany(
                repeated(() -> {
                    more.incrementAndGet();
                    return as(alice).body(unlike()).post("/actions/unlike-post");
                }),
                "bits.limit.actor");
        assertThat("a batch counts as its actions", more.get(), lessThan(100));
        assertThat(as(guest("Bob")).body(unlike()).post("/actions/unlike-post").statusCode(), is(404));
    }

    @Test
    void anAddressIsLimitedWhoeverActsFromItAndOthersAreNot() {
        from("192.0.2.1", guest("Alice"), "/actions", batch(100));
        from("192.0.2.1", guest("Bob"), "/actions", batch(49));
        from("192.0.2.1", guest("Carol"), "/actions", batch(3));
        Response response = from("192.0.2.1", guest("Eve"), "/actions", batch(100));
        assertTooMany(response, "bits.limit.address");
        assertThat(
                from("192.0.2.2", guest("Eve"), "/actions/unlike-post", unlike())
                        .statusCode(),
                is(404));
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOne() {
        from("[2001:db8:1:2::1]", guest("Alice"), "/actions", batch(100));
        from("[2001:db8:1:2:ffff::1]", guest("Bob"), "/actions", batch(40));
        assertTooMany(from("[2001:db8:1:2::3]", guest("Carol"), "/actions", batch(100)), "bits.limit.address");
        assertThat(
                from("[2001:db8:1:3::1]", guest("Carol"), "/actions/unlike-post", unlike())
                        .statusCode(),
                is(404));
    }

    @Test
    void newGuestsCountForTheirAddress() {
        from("192.0.2.3", guest("Alice"), "/actions", batch(100));
        assertTooMany(
                repeated(() -> json().header("Forwarded", "for=192.0.2.3").post("/auth/guest")), "bits.limit.address");
    }

    @Test
    void requestsWithoutAValidTokenCountForTheirAddressToo() {
        assertTooMany(
                repeated(() -> json().header("Forwarded", "for=192.0.2.4")
                        .header("Authorization", "Bearer x")
                        .body(unlike())
                        .post("/actions/unlike-post")),
                "bits.limit.address");
    }

    @Test
    void aBrowsersFormThatComesTooOftenIsAnsweredWithAPage() {
        Session alice = guest("Alice");
        Response response = repeated(() -> json().contentType("application/x-www-form-urlencoded")
                .header("Forwarded", "for=192.0.2.5")
                .header("Accept", "text/html")
                .header("Sec-Fetch-Site", "same-origin")
                .cookie("bits_session", alice.token())
                .body(("postId=" + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8))
                .post("/actions/unlike-post"));
        assertThat(response.statusCode(), is(429));
        assertThat(response.contentType(), startsWith("text/html"));
        assertThat(Integer.parseInt(response.header("Retry-After")), greaterThanOrEqualTo(1));
    }
}

package page.bits.action.session;

import static io.restassured.RestAssured.given;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;

/** Where nobody is trusted to tell whom a request is from, as it is by default. */
@QuarkusTest
class ForwardedTest {

    @Test
    void forwardedIsIgnored() {
        for (String header : new String[] {"Forwarded", "X-Forwarded-Proto"}) {
            Response guest = given().header(
                            header, header.equals("Forwarded") ? "for=203.0.113.7;proto=https" : "https")
                    .post("/auth/guest");
            assertThat(guest.statusCode(), is(200));
            assertThat(guest.header("Set-Cookie"), not(containsString("Secure")));
        }
    }

    @Test
    void aHostThatIsForwardedIsNotTheOneThatAPageHasToComeFrom() {
        assertThat(
                given().header("Forwarded", "host=evil.example")
                        .header("Origin", "http://evil.example")
                        .post("/auth/guest")
                        .statusCode(),
                is(403));
    }
}

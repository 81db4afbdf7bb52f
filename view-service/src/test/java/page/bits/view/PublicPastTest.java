package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;

/** Where everyone may see the past, a reply about it never changes. */
@QuarkusTest
@TestProfile(PublicPastTest.EveryoneMaySee.class)
class PublicPastTest {

    private static final String IMMUTABLE = "public, max-age=31536000, immutable";

    public static class EveryoneMaySee implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.views.time-travel", "public");
        }
    }

    @Inject
    World world;

    @Test
    void everyoneSeesWhatWasDeletedAndRewrittenSince() {
        String alice = world.creator();
        UUID edited = world.post(alice, "First");
        UUID deleted = world.post(alice, "Gone");
        BasisT t = BasisT.of(world.peer.db());
        world.edit(edited, "Second");
        world.delete(deleted);
        given().get("/views/posts/" + alice + "?as-of=" + t)
                .then()
                .statusCode(200)
                .body("view.posts.text", equalTo(List.of("Gone", "First")));
        given().get("/views/post/" + deleted + "?as-of=" + t)
                .then()
                .statusCode(200)
                .body("view.post.text", equalTo("Gone"));
    }

    @Test
    void everyFeatureHasAPastThen() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        BasisT t = world.like(post, "bob");
        world.like(post, "carol");
        given().get("/views/likes/" + alice + "?as-of=" + t)
                .then()
                .statusCode(200)
                .body("view.posts.likes", equalTo(List.of(1)));
    }

    @Test
    void onlyAnEventIdNamesATimeForGood() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        BasisT t = BasisT.of(world.peer.db());
        String id = Epoch.of(world.peer.db()) + "." + t;
        for (String view : List.of("posts/" + alice, "creator/" + alice, "post/" + post)) {
            kept(view + "?as-of=" + id, IMMUTABLE);
            kept(view + "?as-of=" + t, "no-cache");
            kept(view + "?as-of=" + Instant.now(), "no-cache");
            kept(view, "no-cache");
        }
        kept("posts/" + alice + "?before=" + post + "&as-of=" + id, IMMUTABLE);
        String tag = given().get("/views/posts/" + alice + "?as-of=" + id).header("ETag");
        given().header("If-None-Match", tag)
                .get("/views/posts/" + alice + "?as-of=" + id)
                .then()
                .statusCode(304)
                .header("Cache-Control", IMMUTABLE)
                .header("Bits-T", t.toString());
    }

    private static void kept(String view, String cacheControl) {
        for (String accept : List.of("application/json", "text/html")) {
            given().accept(accept)
                    .get("/views/" + view)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", cacheControl)
                    .header("Vary", "Accept");
        }
    }
}

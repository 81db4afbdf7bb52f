package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import datomic.Database;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Actor;
import page.bits.identity.ActorName;
import page.bits.identity.Forgery;
import page.bits.peer.Attributes;

/** Who a reader is, by requests as browsers and programs send them. */
@QuarkusTest
class ReadersTest {

    private static final String OWNER = "owner-" + UUID.randomUUID();

    /** Answers whether a request is the owner's. */
    @Singleton
    static class Question {

        private final Readers readers;
        private final World world;

        Question(Readers readers, World world) {
            this.readers = readers;
            this.world = world;
        }

        void route(@Observes Router router) {
            router.get("/test/is-owner/:handle").blockingHandler(this::answer, false);
        }

        private void answer(RoutingContext request) {
            Database db = world.peer.db();
            Object creator = db.entid(Util.list(Attributes.CREATOR_HANDLE, request.pathParam("handle")));
            request.end(Boolean.toString(readers.isOwner(request, db, creator)));
        }
    }

    @Inject
    World world;

    private String handle;

    @BeforeEach
    void creator() {
        handle = world.creator();
        world.transact(
                Util.map(Attributes.DB_ID, "owner", Attributes.ACTOR_ID, actor(OWNER)),
                Util.map(
                        Attributes.DB_ID,
                        Util.list(Attributes.CREATOR_HANDLE, handle),
                        Attributes.CREATOR_OWNER,
                        "owner"));
    }

    private static String actor(String subject) {
        return new Actor("urn:bits:guests", subject, ActorName.GUEST).id();
    }

    private static String token(String subject) {
        return Forgery.token(claims -> claims.put("sub", subject));
    }

    private boolean isOwner(RequestSpecification request) {
        String answer = request.get("/test/is-owner/" + handle)
                .then()
                .statusCode(200)
                .extract()
                .asString();
        return Boolean.parseBoolean(answer);
    }

    @Test
    void theOwnerIsKnownByABearerTokenAndByTheCookie() {
        assertTrue(isOwner(given().header("Authorization", "Bearer " + token(OWNER))));
        assertTrue(isOwner(given().cookie("bits_session", token(OWNER))));
    }

    @Test
    void anyoneElseIsNoOwner() {
        assertFalse(isOwner(given()));
        assertFalse(isOwner(given().header("Authorization", "Bearer " + token("another"))));
        assertFalse(isOwner(given().cookie("bits_session", token("another"))));
    }

    @Test
    void theBearerTokenBeatsTheCookie() {
        assertFalse(isOwner(
                given().header("Authorization", "Bearer " + token("another")).cookie("bits_session", token(OWNER))));
    }

    @Test
    void aTokenThatDoesNotHoldIsNobodysAndFailsNothing() {
        String expired = Forgery.token(Instant.now().minusSeconds(7200), claims -> claims.put("sub", OWNER));
        String forged = Forgery.token("HS256", "HmacSHA256", new byte[32], claims -> claims.put("sub", OWNER));
        String strange = Forgery.token(claims -> claims.put("iss", "https://id.example.com"));
        for (String token : new String[] {expired, forged, strange, "none", ""}) {
            assertFalse(isOwner(given().header("Authorization", "Bearer " + token)), token);
            assertFalse(isOwner(given().cookie("bits_session", token)), token);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YTpi", "Bearer", "", "nonsense"})
    void anAuthorizationThatIsNoBearerTokenIsNobodysAndFailsNothing(String authorization) {
        assertFalse(isOwner(given().header("Authorization", authorization)));
    }

    @Test
    void aPageWithoutAnOwnerIsNobodys() {
        handle = world.creator();
        assertFalse(isOwner(given().cookie("bits_session", token(OWNER))));
    }
}

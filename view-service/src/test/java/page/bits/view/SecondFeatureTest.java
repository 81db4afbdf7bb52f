package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.peer.Transaction;
import page.bits.sse.StreamClient;

/** A feature is one bean: this one is served in every format, live, and no class of view-service knows of it. */
@QuarkusTest
class SecondFeatureTest {

    /** What a creator is called. */
    public record NameView(String name) {}

    /** {@code name/{handle}}, which sends a snapshot whenever it changes. */
    @Singleton
    static class NameFeature implements Feature<NameView> {

        @Override
        public String name() {
            return "name";
        }

        @Override
        public Optional<NameView> view(Database db, String handle) {
            return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)))
                    .map(creator -> (String) db.entity(creator).get(CREATOR_DISPLAY_NAME))
                    .map(NameView::new);
        }

        @Override
        public Set<String> touched(Transaction transaction, Database db) {
            return transaction.datoms().stream()
                    .filter(datom -> db.ident(datom.a()) == CREATOR_DISPLAY_NAME)
                    .map(Datom::e)
                    .map(creator -> (String) db.entity(creator).get(CREATOR_HANDLE))
                    .collect(Collectors.toSet());
        }

        @Override
        public Optional<?> delta(NameView from, NameView to, Database db) {
            return Optional.empty();
        }

        @Override
        public String html(String handle, NameView view) {
            return "<p id=\"name-" + handle + "\">" + view.name() + "</p>";
        }
    }

    @Inject
    World world;

    @TestHTTPResource
    URI address;

    @Test
    void isServedAsJsonAndAsHtml() {
        String alice = world.creator();
        given().get("/views/name/" + alice).then().statusCode(200).body("view.name", equalTo("The creator " + alice));
        given().accept("text/html")
                .get("/views/name/" + alice)
                .then()
                .statusCode(200)
                .body(equalTo("<p id=\"name-" + alice + "\">The creator " + alice + "</p>"));
        given().get("/views/name/nobody").then().statusCode(404);
    }

    @Test
    void isLiveAndResumes() {
        String alice = world.creator();
        String from = Epoch.of(world.peer.db()) + "." + BasisT.of(world.peer.db());
        try (StreamClient reader =
                StreamClient.get(address.getPort(), "/views/name/" + alice).open()) {
            await().atMost(Duration.ofSeconds(20)).until(() -> reader.events().size() == 1);
            BasisT renamed =
                    world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, alice), CREATOR_DISPLAY_NAME, "Alice"));
            await().atMost(Duration.ofSeconds(20)).until(() -> reader.events().size() == 2);
            String snapshot = "{\"feature\":\"name\",\"key\":\"" + alice + "\",\"t\":" + renamed
                    + ",\"view\":{\"name\":\"Alice\"}}";
            assertEquals("snapshot", reader.events().get(1).name());
            assertEquals(snapshot, reader.events().get(1).data());
            try (StreamClient back = StreamClient.get(address.getPort(), "/views/name/" + alice + "?from=" + from)
                    .open()) {
                await().atMost(Duration.ofSeconds(20)).until(() -> back.events().size() == 1);
                assertEquals(snapshot, back.events().get(0).data());
            }
        }
    }
}

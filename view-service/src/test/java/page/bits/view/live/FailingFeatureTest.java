package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import page.bits.peer.Transaction;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamClient;
import page.bits.view.Feature;
import page.bits.view.World;

/** Nothing is lost by a feature that fails for a while, as one does whose database is out of reach. */
@QuarkusTest
class FailingFeatureTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Where the feature fails. */
    enum Place {
        VIEW,
        TOUCHED,
        DELTA
    }

    /** A creator's bio. */
    public record BioView(String bio) {}

    /** What leads from a bio to another. */
    public record BioDelta(String put) {}

    /** {@code bio/{handle}}, which fails as often as it is told to. */
    @Singleton
    static class BioFeature implements Feature<BioView> {

        private volatile Place place = Place.VIEW;
        private final AtomicInteger failures = new AtomicInteger();

        void fail(Place where, int times) {
            place = where;
            failures.set(times);
        }

        /** How often it has yet to fail. */
        int left() {
            return failures.get();
        }

        private void failAt(Place here) {
            if (here == place && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                BioFeature.<RuntimeException>throwUndeclared(
                        new IOException("told to fail, as Datomic does when its storage is away"));
            }
        }

        @SuppressWarnings("unchecked") // which is the point: the compiler does not know
        private static <E extends Throwable> void throwUndeclared(Throwable failure) throws E {
            throw (E) failure;
        }

        @Override
        public String name() {
            return "bio";
        }

        @Override
        public Optional<BioView> view(Database db, String handle) {
            failAt(Place.VIEW);
            return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)))
                    .map(creator ->
                            Optional.ofNullable((String) db.entity(creator).get(CREATOR_BIO)))
                    .map(bio -> new BioView(bio.orElse("")));
        }

        @Override
        public Set<String> touched(Transaction transaction, Database db) {
            failAt(Place.TOUCHED);
            return transaction.datoms().stream()
                    .filter(datom -> db.ident(datom.a()) == CREATOR_BIO)
                    .map(Datom::e)
                    .map(creator -> (String) db.entity(creator).get(CREATOR_HANDLE))
                    .collect(Collectors.toSet());
        }

        @Override
        public Optional<?> delta(BioView from, BioView to, Database db) {
            failAt(Place.DELTA);
            return Optional.of(new BioDelta(to.bio()));
        }

        @Override
        public String html(String handle, BioView view) {
            return "<p id=\"bio-" + handle + "\">" + view.bio() + "</p>";
        }
    }

    @Inject
    World world;

    @Inject
    BioFeature feature;

    @Inject
    LiveViews views;

    @TestHTTPResource
    URI address;

    @ParameterizedTest
    @EnumSource(Place.class)
    void aChangeThatCouldNotBeShownAtOnceIsShownALittleLater(Place place) {
        String alice = world.creator();
        try (StreamClient reader = open(alice)) {
            await().atMost(SOON).until(() -> reader.events().size() == 1);
            feature.fail(place, 1);
            world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, alice), CREATOR_BIO, "changed"));
            await().atMost(SOON).until(() -> reader.events().size() == 2);
            Event delta = reader.events().get(1);
            assertEquals("delta", delta.name());
            assertTrue(delta.data().endsWith("\"put\":\"changed\"}"), delta.data());
        }
    }

    @Test
    void aViewWhoseFirstRenderingFailsIsRenderedForTheNextReader() {
        String alice = world.creator();
        feature.fail(Place.VIEW, 1);
        try (StreamClient refused = open(alice)) {
            assertEquals(500, refused.status());
        }
        try (StreamClient reader = open(alice)) {
            await().atMost(SOON).until(() -> reader.events().size() == 1);
        }
    }

    @Test
    void whatCannotBeRenderedIsLeftAloneOnceNobodyWatchesIt() {
        String alice = world.creator();
        try {
            try (StreamClient reader = open(alice)) {
                await().atMost(SOON).until(() -> reader.events().size() == 1);
                feature.fail(Place.VIEW, 1_000);
                world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, alice), CREATOR_BIO, "changed"));
                await().atMost(SOON).until(() -> feature.left() < 999);
            }
            await().atMost(SOON).until(() -> views.size() == 0);
            int left = feature.left();
            // The one that may have been under way, and no more for as long as three would take.
            await().during(Duration.ofMillis(3_500)).atMost(SOON).until(() -> feature.left() >= left - 1);
        } finally {
            feature.fail(Place.VIEW, 0);
        }
    }

    private StreamClient open(String handle) {
        return StreamClient.get(address.getPort(), "/views/bio/" + handle).open();
    }
}

package page.bits.action.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import datomic.Database;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;

/** Several nodes that found the same database empty. In this order, since nothing may be dated before what was recorded. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@QuarkusTest
@TestProfile(LoaderTest.OfItsOwn.class)
class LoaderTest {

    public static class OfItsOwn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.datomic.uri", "datomic:mem://loader-test");
        }
    }

    @Inject
    Loader loader;

    @Inject
    DatomicPeer peer;

    @BeforeEach
    void awaitPeer() throws Exception {
        peer.whenReady().get(60, TimeUnit.SECONDS);
    }

    @Order(1)
    @ParameterizedTest
    @CsvSource({"one, PT50H, PT0S", "two, PT40H, PT1S", "three, PT30H, PT-1S", "four, PT20H, PT0.05S"})
    void ofTwoAtOnceExactlyOneLoadsAndTheOtherLeavesNothing(String name, Duration ago, Duration apart)
            throws Exception {
        DemoData data = data(name, ago);
        Instant now = Instant.now();
        long before = peer.db().basisT();
        CyclicBarrier start = new CyclicBarrier(2);
        List<Boolean> loaded = Stream.of(now, now.plus(apart))
                .map(clock -> CompletableFuture.supplyAsync(() -> {
                    try {
                        start.await(10, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return loader.load(data, clock);
                }))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .sorted()
                .toList();
        assertEquals(List.of(false, true), loaded);
        Database db = peer.db();
        for (DemoData.Creator creator : data.creators()) {
            assertEquals(creator.posts().size(), posts(db, creator.handle()));
        }
        assertEquals(
                data.deeds(now).size(),
                StreamSupport.stream(
                                db.since(before)
                                        .datoms(Database.AEVT, Attributes.ACTION_ACTOR)
                                        .spliterator(),
                                false)
                        .count());
    }

    @Order(2)
    @Test
    void whoeverComesLaterWaitsUntilItIsDone() throws Exception {
        DemoData data = data("five", Duration.ofHours(10));
        assertTrue(loader.load(new DemoData(data.creators().subList(0, 1)), Instant.now()));
        CompletableFuture<Void> later = CompletableFuture.runAsync(() -> {
            try {
                loader.load(data);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // A few looks, none of which may be satisfied with half of it.
        Thread.sleep(350);
        assertFalse(later.isDone());
        DemoData rest = new DemoData(List.of(creator("five-b", Duration.ofHours(4))));
        assertTrue(loader.load(rest, Instant.now()));
        later.get(5, TimeUnit.SECONDS);
        assertEquals(3, posts(peer.db(), "five-b"));
    }

    private static DemoData data(String name, Duration ago) {
        return new DemoData(List.of(creator(name + "-a", ago), creator(name + "-b", ago.minusMinutes(30))));
    }

    private static DemoData.Creator creator(String handle, Duration ago) {
        List<DemoData.Post> posts = Stream.of(0, 1, 2)
                .map(hours -> new DemoData.Post("Hello " + hours, null, ago.minusHours(hours)))
                .toList();
        return new DemoData.Creator(handle, "The creator " + handle, null, null, posts);
    }

    private static long posts(Database db, String handle) {
        Object creator = db.entid(Util.list(Attributes.CREATOR_HANDLE, handle));
        return StreamSupport.stream(
                        db.datoms(Database.VAET, creator, Attributes.POST_CREATOR)
                                .spliterator(),
                        false)
                .count();
    }
}

package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** Between readiness going down and the streams' end a node goes on as ever. Its one test, since it has ended then. */
@QuarkusTest
@TestProfile(DrainTest.WithDelay.class)
class DrainTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration DELAY = Duration.ofMillis(1500);

    public static class WithDelay implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bits.drain.delay", DELAY.toString(), "bits.datomic.uri", "datomic:mem://drain-test");
        }
    }

    @Inject
    World world;

    @Inject
    Event<ShutdownDelayInitiatedEvent> shutdown;

    @ConfigProperty(name = "quarkus.shutdown.delay")
    Duration connectionsStay;

    @TestHTTPResource
    URI address;

    @Test
    void streamsGoOnUntilTheDelayIsOverAndAreThenToldToReconnect() {
        assertEquals(DELAY.plusSeconds(2), connectionsStay);
        String alice = world.creator();
        world.post(alice, "Hello");
        try (StreamClient before = open(alice)) {
            await().atMost(SOON).until(() -> before.events().size() == 1);
            long begun = System.nanoTime();
            shutdown.fire(new ShutdownDelayInitiatedEvent());
            assertFalse(before.hasEnded());
            try (StreamClient during = open(alice)) {
                await().atMost(SOON).until(() -> during.events().size() == 1);
                world.post(alice, "Still here");
                for (StreamClient reader : List.of(before, during)) {
                    await().atMost(SOON).until(reader::hasEnded);
                    assertEquals("delta", reader.events().get(1).name());
                    assertEquals("reconnect", reader.events().get(2).name());
                }
                assertTrue(System.nanoTime() - begun >= DELAY.toNanos());
                try (StreamClient after = open(alice)) {
                    assertEquals(503, after.status());
                    assertEquals("2", after.header("Retry-After"));
                    assertEquals("application/problem+json", after.header("Content-Type"));
                }
            }
        }
    }

    private StreamClient open(String creator) {
        return StreamClient.get(address.getPort(), "/views/posts/" + creator).open();
    }
}

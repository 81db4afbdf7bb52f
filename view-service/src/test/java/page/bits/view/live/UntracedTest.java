package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static page.bits.peer.Attributes.ACTION_SPAN_ID;
import static page.bits.peer.Attributes.ACTION_TRACE_ID;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.THIS_TRANSACTION;

import datomic.Util;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import page.bits.sse.StreamClient;
import page.bits.view.World;

/** Nothing is traced unless that is switched on. */
@QuarkusTest
class UntracedTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    World world;

    @Inject
    OpenTelemetry telemetry;

    @Inject
    InMemorySpanExporter exporter;

    @TestHTTPResource
    URI address;

    @Test
    void aTraceThatATransactionBearsGoesNoFurther() {
        String alice = world.creator();
        try (StreamClient reader =
                StreamClient.get(address.getPort(), "/views/posts/" + alice).open()) {
            for (int events = 1; events <= 3; events++) {
                int expected = events;
                await().atMost(SOON).until(() -> reader.events().size() == expected);
                world.transact(
                        World.newPost(UUID.randomUUID(), alice, "x"),
                        Util.map(
                                DB_ID,
                                THIS_TRANSACTION,
                                ACTION_TRACE_ID,
                                "4bf92f3577b34da6a3ce929d0e0e4736",
                                ACTION_SPAN_ID,
                                "00f067aa0ba902b7"));
            }
        }
        ((OpenTelemetrySdk) telemetry).getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
        assertEquals(List.of(), exporter.getFinishedSpanItems());
    }
}

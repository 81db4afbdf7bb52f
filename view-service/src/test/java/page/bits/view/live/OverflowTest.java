package page.bits.view.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.DB_ID;

import datomic.Util;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Transaction;
import page.bits.view.Features;
import page.bits.view.ViewKey;
import page.bits.view.ViewsConfig;
import page.bits.view.World;

/** What is claimed while more transactions come than the features can be asked of. */
@QuarkusTest
class OverflowTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int QUEUE = 2;

    @Inject
    World world;

    @Inject
    Features features;

    @Inject
    Frames frames;

    @Inject
    Tracing tracing;

    @Inject
    GatedFeature gated;

    @Test
    void nothingIsCalledSettledThatWasDroppedAndNotLookedAtYet() {
        String alice = world.creator();
        LiveViews views = views();
        try {
            views.watch(Selection.of(new ViewKey("gated", alice)))
                    .toCompletableFuture()
                    .join();
            gated.telling().close();
            tell(views, rename(alice, "0"));
            await().atMost(SOON).until(gated.telling()::holdsSomeone);
            BasisT first = rename(alice, "1");
            BasisT last = rename(alice, "2");
            BasisT dropped = rename(alice, "3");
            tell(views, first);
            tell(views, last);
            tell(views, dropped);
            gated.rendering().close();
            gated.telling().open();
            await().atMost(SOON).until(gated.rendering()::holdsSomeone);
            assertEquals(first.value() - 1, views.settled());
            gated.rendering().open();
            await().atMost(SOON).until(() -> views.settled() == last.value());
        } finally {
            views.stop();
        }
    }

    private BasisT rename(String handle, String name) {
        return world.transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, handle), CREATOR_DISPLAY_NAME, name));
    }

    private static void tell(LiveViews views, BasisT t) {
        views.onTransaction(new Transaction(t, Instant.EPOCH, List.of()));
    }

    private LiveViews views() {
        ViewsConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ViewsConfig.class)
                .withValidateUnknown(false)
                .withDefaultValue("bits.views.morph-module", "/none")
                .withDefaultValue("bits.views.transaction-queue", Integer.toString(QUEUE))
                .build()
                .getConfigMapping(ViewsConfig.class);
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        return new LiveViews(
                world.peer,
                features,
                frames,
                new FrameCache(config, metrics),
                new LiveMetrics(metrics),
                config,
                tracing,
                metrics);
    }
}

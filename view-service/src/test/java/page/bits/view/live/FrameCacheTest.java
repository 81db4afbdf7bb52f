package page.bits.view.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.sse.EventName;
import page.bits.sse.Frame;
import page.bits.view.ViewKey;
import page.bits.view.ViewsConfig;

class FrameCacheTest {

    private static final int LIMIT = 65_536;

    private final FrameCache cache = new FrameCache(
            new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withMapping(ViewsConfig.class)
                    .withValidateUnknown(false)
                    .withDefaultValue("bits.views.morph-module", "/none")
                    .withDefaultValue("bits.views.frame-cache", Integer.toString(LIMIT))
                    .build()
                    .getConfigMapping(ViewsConfig.class),
            new SimpleMeterRegistry());

    @Test
    void whatIsAskedTwiceIsComputedOnce() {
        Frame frame = Frame.of(EventName.KEEPALIVE, "{}");
        for (int i = 0; i < 2; i++) {
            assertEquals(Optional.of(frame), cache.answer(question(1, "alice"), () -> Optional.of(frame)));
        }
        assertEquals(1, cache.computed());
    }

    @Test
    void longKeysCountAsWellAsFrames() {
        String key = "x".repeat(200);
        List<ViewKey> views = IntStream.range(0, 20)
                .mapToObj(i -> new ViewKey("posts", key + i))
                .toList();
        long each = 20 * 200;
        for (int from = 0; from < 100; from++) {
            cache.answer(new FrameCache.Question(Selection.inRounds(views), Format.JSON, from, 100), Optional::empty);
        }
        cache.answer(question(0, "alice"), Optional::empty);
        assertTrue(cache.size() <= LIMIT, () -> cache.size() + " bytes");
        long before = cache.computed();
        for (int from = 0; from < 100; from++) {
            cache.answer(new FrameCache.Question(Selection.inRounds(views), Format.JSON, from, 100), Optional::empty);
        }
        assertTrue(cache.computed() - before > 100 - LIMIT / each, "more were kept than fit");
    }

    private static FrameCache.Question question(long from, String key) {
        return new FrameCache.Question(Selection.of(new ViewKey("posts", key)), Format.JSON, from, 100);
    }
}

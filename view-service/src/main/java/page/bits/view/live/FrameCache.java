package page.bits.view.live;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import page.bits.sse.Frame;
import page.bits.view.ViewsConfig;

/**
 * What single readers were answered, so that many who ask the same cost one computation: after a node's death all its readers
 * come to the others from the few states they had. Its size is bounded in bytes.
 */
@Singleton
class FrameCache {

    /** What an entry takes beside its frame. */
    private static final int ENTRY_BYTES = 300;

    private final Cache<Question, Optional<Frame>> answers;

    /**
     * What leads from one state to another.
     *
     * @param from a t at which the reader's state was, the same for all that are known to have that state
     * @param to a t at which the newest state was
     */
    record Question(Selection selection, Format format, long from, long to) {}

    FrameCache(ViewsConfig config, MeterRegistry registry) {
        this.answers = Caffeine.newBuilder()
                .maximumWeight(config.frameCache().asLongValue())
                .weigher((Question question, Optional<Frame> frame) ->
                        ENTRY_BYTES + frame.map(Frame::size).orElse(0))
                .recordStats()
                .build();
        counter("cache", CacheStats::hitCount).register(registry);
        counter("database", CacheStats::loadCount).register(registry);
    }

    private FunctionCounter.Builder<?> counter(String from, ToDoubleFunction<CacheStats> figure) {
        return FunctionCounter.builder("bits.views.answers", answers, cache -> figure.applyAsDouble(cache.stats()))
                .description("Readers that came back, or were slow, and got a frame of their own")
                .tag("from", from);
    }

    /** The answer; computed on the calling thread where nobody has asked yet, and by one of those who ask at once. */
    Optional<Frame> answer(Question question, Supplier<Optional<Frame>> computation) {
        return answers.get(question, ignored -> computation.get());
    }

    /** How many answers were computed, in all. */
    long computed() {
        return answers.stats().loadCount();
    }
}

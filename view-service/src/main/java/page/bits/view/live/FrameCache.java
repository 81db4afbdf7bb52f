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
 * come to the others from the few states they had. Its size is bounded in bytes, whatever is asked for: what a reader who has
 * nothing is sent is kept here too, and not by each topic, since there may be as many topics as streams.
 */
@Singleton
class FrameCache {

    /** What an entry takes beside its frame and the keys of its views. */
    private static final int ENTRY_BYTES = 300;

    /** What a view of a selection takes beside the text of its key. */
    private static final int VIEW_BYTES = 150;

    private static final long NOTHING = -1;

    private final Cache<Question, Optional<Frame>> answers;

    /**
     * What leads from one state to another.
     *
     * @param from a t at which the reader's state was, the same for all that are known to have that state
     * @param to a t at which the newest state was
     */
    record Question(Selection selection, Format format, long from, long to) {

        /** What leads a reader that has nothing to a state. */
        static Question ofWhole(Selection selection, Format format, long to) {
            return new Question(selection, format, NOTHING, to);
        }

        /** Of which the reader decides most: how many keys, and what is in them. */
        private int size() {
            return ENTRY_BYTES
                    + selection.views().stream()
                            .mapToInt(view -> VIEW_BYTES + 2 * view.key().length())
                            .sum();
        }
    }

    FrameCache(ViewsConfig config, MeterRegistry registry) {
        this.answers = Caffeine.newBuilder()
                .maximumWeight(config.frameCache().asLongValue())
                .weigher((Question question, Optional<Frame> frame) ->
                        question.size() + frame.map(Frame::size).orElse(0))
                .recordStats()
                .build();
        counter("cache", CacheStats::hitCount).register(registry);
        counter("database", CacheStats::loadCount).register(registry);
    }

    private FunctionCounter.Builder<?> counter(String from, ToDoubleFunction<CacheStats> figure) {
        return FunctionCounter.builder("bits.views.answers", answers, cache -> figure.applyAsDouble(cache.stats()))
                .description("Readers that came, came back or were slow, and got a frame of their own")
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

    /** Bytes that it takes, once what was too much has been put out. */
    long size() {
        answers.cleanUp();
        return answers.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }
}

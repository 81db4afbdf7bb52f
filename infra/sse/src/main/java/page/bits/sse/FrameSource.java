package page.bits.sse;

import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Computes what a single reader needs: one that has just come, or that fell behind. Called on an event loop, so it must
 * return at once and compute elsewhere.
 */
@FunctionalInterface
public interface FrameSource {

    /**
     * The one update that brings a reader from a version to the channel's newest.
     *
     * @param from the reader's version; none for a reader that has nothing yet
     * @return completed on any thread, with a version that the channel has or has had
     */
    CompletionStage<Update> since(OptionalLong from);
}

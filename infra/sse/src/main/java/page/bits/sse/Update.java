package page.bits.sse;

import java.util.Optional;

/**
 * Where a reader stands after a frame.
 *
 * @param version the version it then has
 * @param frame what brings it there; none if the view is the same at both versions
 * @param last whether the stream ends after it
 */
public record Update(long version, Optional<Frame> frame, boolean last) {

    /** A change, to be followed by others. */
    public static Update of(long version, Frame frame) {
        return new Update(version, Optional.of(frame), false);
    }

    /** Nothing changed on the way to {@code version}. */
    public static Update unchanged(long version) {
        return new Update(version, Optional.empty(), false);
    }

    /** The end of what was watched. */
    public static Update last(long version, Frame frame) {
        return new Update(version, Optional.of(frame), true);
    }
}

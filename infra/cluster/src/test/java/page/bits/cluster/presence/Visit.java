package page.bits.cluster.presence;

import java.util.OptionalLong;

/**
 * One connection of a viewer, as the viewer's side knows it; instants are in milliseconds of the wall clock.
 *
 * @param place the node that it was made to, or {@link #GATEWAY} where only the gateway knows which
 * @param asked when it was asked for
 * @param began when the stream was there; empty where it never was
 * @param ended just before the viewer closed it, or when its end was noticed; {@link #OPEN} while it lasts
 * @param closed whether it was the viewer who ended it
 */
record Visit(Viewer viewer, String place, long asked, OptionalLong began, long ended, boolean closed) {

    static final String GATEWAY = "gateway";
    static final long OPEN = Long.MAX_VALUE / 2;

    boolean isOpen() {
        return ended == OPEN;
    }

    /** Whether both are known to have been at the same node. */
    boolean isWhere(Visit other) {
        return place.equals(other.place) && !place.equals(GATEWAY);
    }
}

package page.bits.cluster.presence;

import java.util.List;

/**
 * One connection of an observer: it has to show every change that is made while it lasts.
 *
 * @param place the node that it was made to, or {@link Visit#GATEWAY}
 * @param began when the first event came, in milliseconds of the wall clock
 * @param ended when its end was noticed, or was brought about
 * @param shown all that it showed, in order
 */
record Watch(String observer, String room, String place, long began, long ended, List<Shown> shown) {

    Watch {
        shown = List.copyOf(shown);
    }
}

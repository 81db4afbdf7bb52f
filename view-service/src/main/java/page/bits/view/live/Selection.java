package page.bits.view.live;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import page.bits.view.ViewKey;

/**
 * What one stream shows.
 *
 * @param views one view, or several, each once and in one order, so that whoever asks for the same gets the same frames
 * @param rounds whether each event tells of all of them at once, also where it is only one
 */
public record Selection(List<ViewKey> views, boolean rounds) {

    private static final Comparator<ViewKey> ORDER =
            Comparator.comparing(ViewKey::feature).thenComparing(ViewKey::key);

    public Selection {
        views = views.stream().distinct().sorted(ORDER).toList();
        if (views.isEmpty() || !rounds && views.size() > 1) {
            throw new IllegalArgumentException("one view, or rounds of some, not " + views);
        }
    }

    /** A view by itself. */
    public static Selection of(ViewKey view) {
        return new Selection(List.of(view), false);
    }

    /** Several views in rounds. */
    public static Selection inRounds(List<ViewKey> views) {
        return new Selection(views, true);
    }

    @Override
    public String toString() {
        return views.stream().map(ViewKey::toString).collect(Collectors.joining(", "));
    }
}

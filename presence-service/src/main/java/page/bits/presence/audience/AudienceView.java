package page.bits.presence.audience;

import java.util.List;
import page.bits.presence.peer.NamedViewer;

/**
 * An audience as readers see it.
 *
 * @param count everyone
 * @param viewers the named ones who have been here longest, {@link Audience#SHOWN} at most
 */
public record AudienceView(int count, List<NamedViewer> viewers) {

    public AudienceView {
        viewers = List.copyOf(viewers);
    }

    /** How many are not told by name. */
    public int anonymous() {
        return count - viewers.size();
    }
}

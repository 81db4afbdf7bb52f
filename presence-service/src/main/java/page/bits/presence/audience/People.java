package page.bits.presence.audience;

import java.util.Optional;
import page.bits.presence.Handle;
import page.bits.presence.peer.NamedViewer;

/** How people are shown by name in creators' audiences now, whichever node has recorded them. On the thread of presence. */
public interface People {

    /** Whether that is not known yet, but will be in a moment, since the audience is being read. */
    boolean isBeingRead(Handle creator);

    /** How a person is shown, or would be if fewer were there; none where not there by name, or nobody watches. */
    Optional<NamedViewer> person(Handle creator, String id);
}

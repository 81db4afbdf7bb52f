package page.bits.view;

import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/** What a reader is told who asks for a view that does not exist: a 404. */
public final class NotThere {

    private NotThere() {}

    /**
     * One that is not kept: what is not there may come to be, and where it was deleted its owner may see it still.
     *
     * @param what the view, or several
     */
    public static ProblemException of(Object what) {
        return ProblemException.of(ProblemType.NOT_FOUND, "There is no view '" + what + "'.")
                .withHeader("Cache-Control", "no-store");
    }
}

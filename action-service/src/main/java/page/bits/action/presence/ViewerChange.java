package page.bits.action.presence;

import page.bits.action.Handle;
import page.bits.action.body.Fields;
import page.bits.http.ProblemException;

/**
 * Somebody comes or goes.
 *
 * @param creator whose page it is; nobody asks here whether there is such a creator
 * @param joins whether they come
 */
record ViewerChange(Handle creator, boolean joins, Viewer viewer) {

    /** @throws ProblemException 422 */
    static ViewerChange of(Fields fields) {
        Handle creator = fields.required("creator", Handle::new);
        boolean joins = fields.requiredBoolean("join");
        Viewer viewer = Viewer.of(fields);
        fields.check();
        return new ViewerChange(creator, joins, viewer);
    }
}

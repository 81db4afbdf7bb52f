package page.bits.action.presence;

import datomic.Database;
import page.bits.action.body.Fields;
import page.bits.http.ProblemException;

/** What a presence node asks for: one transaction of the presence database. */
sealed interface PresenceRequest permits Renew, End, Sweep, Forget {

    /** @throws ProblemException 422 with what is wrong */
    static PresenceRequest of(Fields fields) {
        String kind = fields.required("kind", PresenceRequest::kind);
        NodeId node = fields.required("node", NodeId::new);
        if (kind == null) {
            fields.check();
        }
        return switch (kind) {
            case Renew.KIND -> Renew.of(fields, node);
            case End.KIND -> End.of(fields, node);
            case Sweep.KIND -> Sweep.of(fields, node);
            case Forget.KIND -> Forget.of(fields, node);
            default -> throw new IllegalStateException(kind);
        };
    }

    private static String kind(String text) {
        return switch (text) {
            case Renew.KIND, End.KIND, Sweep.KIND, Forget.KIND -> text;
            default -> throw new IllegalArgumentException("must be renew, end, sweep or forget");
        };
    }

    /**
     * What it comes to. Whoever has changed the same by the time that it is transacted makes the transaction fail.
     *
     * @throws ProblemException 409 where it can't be done on this database value, which may be for its age alone
     */
    Write on(Database db);
}

package page.bits.action;

import java.util.List;
import java.util.Map;

/**
 * What an action contributes to its transaction, and to its reply.
 *
 * @param ops what it does. Holds guards where the action relies on something that others may change: the transaction then
 *     fails, instead of doing what nobody may any more. They say what shall hold afterwards also where it holds already, so
 *     that a transaction of an action that changes nothing is right whatever came between
 * @param nothing whether all of it holds already
 * @param result the fields of the reply's result; what {@link Results} adds to them is not known before the transaction
 */
record Change(List<Op> ops, boolean nothing, Map<String, Object> result) {

    /** The temporary id of the actor's entity. */
    static final String ACTOR = "actor";

    /** The temporary id of the one entity that an action may make. */
    static final String NEW = "new";

    Change {
        ops = List.copyOf(ops);
        result = Map.copyOf(result);
    }

    /** One that certainly changes something. */
    static Change of(List<Op> ops, Map<String, Object> result) {
        return new Change(ops, false, result);
    }
}

package page.bits.action;

import java.util.List;
import java.util.Map;

/**
 * What an action contributes to its transaction, and to its reply.
 *
 * @param data transaction data. {@link #ACTOR} stands for whoever acts. Holds guards where the action relies on something
 *     that others may change: the transaction then fails, instead of doing what nobody may any more
 * @param result the fields of the reply's result
 */
record Change(List<Object> data, Map<String, Object> result) {

    /** The temporary id of the actor's entity. */
    static final String ACTOR = "actor";

    Change {
        data = List.copyOf(data);
        result = Map.copyOf(result);
    }
}

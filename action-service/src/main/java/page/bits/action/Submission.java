package page.bits.action;

import datomic.Util;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import page.bits.action.identity.Actor;
import page.bits.peer.Attributes;

/**
 * An action that somebody wants done, with what its transaction tells about it.
 *
 * @param at the instant that the transaction bears instead of the present one; not before the newest in the database
 */
record Submission(
        Action action, Actor actor, TraceId traceId, Optional<Idempotency> idempotency, Optional<Instant> at) {

    /** The change, the actor as their token has them, and the facts on the transaction entity. */
    List<Object> data(Change change, String result) {
        List<Object> data = new ArrayList<>(change.data());
        data.add(Util.map(
                Attributes.DB_ID, Change.ACTOR,
                Attributes.ACTOR_ID, actor.id(),
                Attributes.ACTOR_ISSUER, actor.issuer(),
                Attributes.ACTOR_SUBJECT, actor.subject(),
                Attributes.ACTOR_NAME, actor.name().value()));
        Map<Object, Object> transaction = new HashMap<>();
        transaction.put(Attributes.DB_ID, Attributes.THIS_TRANSACTION);
        transaction.put(Attributes.ACTION_NAME, action.name());
        transaction.put(Attributes.ACTION_ACTOR, Change.ACTOR);
        transaction.put(Attributes.ACTION_TRACE_ID, traceId.value());
        idempotency.ifPresent(repeatable -> transaction.putAll(repeatable.facts(result)));
        at.ifPresent(instant -> transaction.put(Attributes.TX_INSTANT, Date.from(instant)));
        data.add(transaction);
        return data;
    }
}

package page.bits.action.submission;

import datomic.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import page.bits.action.Action;
import page.bits.action.Batch;
import page.bits.action.Plan;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/**
 * Actions that somebody wants done, with what their transaction tells about it.
 *
 * @param isBatch whether they came as a batch; otherwise it is one
 * @param at the instant that the transaction bears instead of the present one; not before the newest in the database
 */
public record Submission(
        List<Action> actions,
        boolean isBatch,
        Actor actor,
        Trace trace,
        Optional<Idempotency> idempotency,
        Optional<Instant> at) {

    public Submission {
        actions = List.copyOf(actions);
        if (actions.isEmpty() || actions.size() > 1 && !isBatch) {
            throw new IllegalArgumentException("one action, or a batch");
        }
    }

    /** One action. */
    public static Submission of(Action action, Actor actor, Trace trace, Optional<Idempotency> idempotency) {
        return new Submission(List.of(action), false, actor, trace, idempotency, Optional.empty());
    }

    /** What the transaction is called. */
    String name() {
        return isBatch ? Batch.NAME : names().get(0);
    }

    List<String> names() {
        return actions.stream().map(Action::name).toList();
    }

    /**
     * What the actions do, decided on this database.
     *
     * @throws page.bits.http.ProblemException where they cannot be done
     */
    Plan plan(Database db) {
        return isBatch ? Plan.of(actions, db, actor) : Plan.of(actions.get(0), db, actor);
    }

    /** What the actions do, and the facts on the transaction entity. */
    public List<Object> data(Plan plan) {
        List<Object> data = new ArrayList<>(plan.data());
        Map<Object, Object> transaction = new HashMap<>();
        transaction.put(Attributes.DB_ID, Attributes.THIS_TRANSACTION);
        transaction.put(Attributes.ACTION_ACTOR, plan.actor());
        transaction.put(Attributes.ACTION_TRACE_ID, trace.id().value());
        transaction.put(Attributes.ACTION_NAME, name());
        if (isBatch) {
            transaction.put(Attributes.ACTION_BATCH, Json.write(names()));
        }
        idempotency.ifPresent(repeatable -> transaction.putAll(repeatable.facts(
                Json.write(isBatch ? plan.results() : plan.results().get(0)))));
        at.ifPresent(instant -> transaction.put(Attributes.TX_INSTANT, Date.from(instant)));
        data.add(transaction);
        return data;
    }
}

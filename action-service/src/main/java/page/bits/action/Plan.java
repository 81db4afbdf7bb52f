package page.bits.action;

import clojure.lang.Keyword;
import datomic.Connection;
import datomic.Database;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import page.bits.http.ProblemException;
import page.bits.http.Violation;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.Facts;

/**
 * What actions do together, in one transaction, as if one were done after another.
 *
 * <p>Each is decided on the database as those before it leave it, which Datomic computes without writing it ({@code
 * Database.with}). What they want changed is then put together. A transaction has no order within, so that is the same as
 * one after another only where no two of them touch the same: two that set the same field, or undo one another, are refused.
 * What one action makes and a later one speaks of goes by its temporary id in the transaction, and needs no guards there.
 *
 * @param data the transaction's data, the actor's facts included
 * @param actor the actor's entity in it, or its temporary id
 * @param nothing whether all of it holds already
 * @param results of the actions, in their order
 */
public record Plan(List<Object> data, Object actor, boolean nothing, List<Map<String, Object>> results) {

    /**
     * What one action does.
     *
     * @throws ProblemException as {@link Action#on}
     */
    public static Plan of(Action action, Database db, Actor actor) {
        Change change = action.on(db, actor);
        return of(change.ops(), db, actor, change.nothing(), List.of(change.result()));
    }

    /**
     * What the actions of a batch do.
     *
     * @throws ProblemException as {@link Action#on}, with the index of the action; 422 for two that clash
     */
    public static Plan of(List<Action> batch, Database db, Actor actor) {
        return new Batch(db, actor).plan(batch);
    }

    /** What the ops become, and the actor as their token has them, where the database does not have them like that. */
    private static Plan of(
            Collection<Op> ops, Database db, Actor actor, boolean nothing, List<Map<String, Object>> results) {
        List<Object> data = new ArrayList<>(ops.size() + 2);
        Object self = known(db, actor);
        if (self == null) {
            self = Change.ACTOR;
            data.add(facts(actor));
        }
        for (Op op : ops) {
            data.add(op.data(actor, self));
        }
        return new Plan(data, self, nothing, results);
    }

    private static Map<?, ?> facts(Actor actor) {
        return Util.map(
                Attributes.DB_ID, Change.ACTOR,
                Attributes.ACTOR_ID, actor.id(),
                Attributes.ACTOR_ISSUER, actor.issuer(),
                Attributes.ACTOR_SUBJECT, actor.subject(),
                Attributes.ACTOR_NAME, actor.name().value());
    }

    /** The actor's entity, or null. What their id is made of never changes. */
    private static Object known(Database db, Actor actor) {
        Object entity = db.entid(actor.lookupRef());
        boolean sameName = entity != null
                && Facts.of(db, entity, Attributes.ACTOR_NAME)
                        .filter(name -> name.v().equals(actor.name().value()))
                        .isPresent();
        return sameName ? entity : null;
    }

    /** Where an error in one of several actions is. */
    public static String path(int index) {
        return "actions[" + index + "]";
    }

    private static final class Batch {

        private final Database before;
        private final Actor actor;
        private final boolean isNewActor;

        /** The temporary ids of what the actions so far make, by the ids that it has in the database after them. */
        private final Map<Object, Object> made = new HashMap<>();

        private final Map<Field, Use> uses = new HashMap<>();
        private final Set<Op> ops = new LinkedHashSet<>();
        private final Map<Field, Op.Count> counts = new LinkedHashMap<>();

        Batch(Database before, Actor actor) {
            this.before = before;
            this.actor = actor;
            this.isNewActor = before.entid(actor.lookupRef()) == null;
        }

        private record Field(Object entity, Keyword attribute) {}

        /** How an action touches a field. What several do to it in the same way is the same done once, but for writing. */
        private enum How {
            RELY,
            WRITE,
            COUNT,
            INCLUDE,
            EXCLUDE
        }

        private record Use(int index, How how) {}

        Plan plan(List<Action> actions) {
            Database db = before;
            boolean nothing = true;
            List<Map<String, Object>> results = new ArrayList<>();
            for (int i = 0; i < actions.size(); i++) {
                Change change = decide(actions.get(i), i, db);
                nothing &= change.nothing();
                results.add(change.result());
                for (Op op : change.ops()) {
                    take(named(op, i), i);
                }
                if (i < actions.size() - 1) {
                    db = after(db, change, i);
                }
            }
            ops.addAll(counted());
            return Plan.of(ops, before, actor, nothing, results);
        }

        private Change decide(Action action, int index, Database db) {
            try {
                return action.on(db, actor);
            } catch (ProblemException e) {
                throw e.within(path(index));
            }
        }

        private Database after(Database db, Change change, int index) {
            Map<?, ?> result =
                    db.with(Plan.of(change.ops(), db, actor, false, List.of()).data());
            Database after = (Database) result.get(Connection.DB_AFTER);
            Object tempids = result.get(Connection.TEMPIDS);
            if (isNewActor && index == 0) {
                made.put(after.entid(actor.lookupRef()), Change.ACTOR);
            }
            Object entity = Peer.resolveTempid(after, tempids, Change.NEW);
            if (entity != null) {
                made.put(entity, temporaryId(index));
            }
            return after;
        }

        private static String temporaryId(int index) {
            return Change.NEW + "-" + index;
        }

        /** With the names that things have in the one transaction. */
        private Op named(Op op, int index) {
            Op named = op.of(name(op.entity(), index));
            return named instanceof Op.Refer refer ? refer.to(name(refer.target(), index)) : named;
        }

        private Object name(Object entity, int index) {
            return entity.equals(Change.NEW) ? temporaryId(index) : made.getOrDefault(entity, entity);
        }

        private void take(Op op, int index) {
            boolean isMade = op.entity() instanceof String;
            if (isMade && op instanceof Op.Guard) {
                return; // nobody else knows it
            }
            claim(new Field(op.entity(), op.attribute()), new Use(index, how(op)));
            if (op instanceof Op.Count count) {
                counts.merge(new Field(op.entity(), op.attribute()), count, Op.Count::and);
            } else if (isMade) {
                ops.addAll(onMade(op));
            } else {
                ops.add(op);
            }
        }

        private void claim(Field field, Use use) {
            Use first = uses.putIfAbsent(field, use);
            if (first == null || first.index() == use.index()) {
                return;
            }
            if (first.how() != use.how() || use.how() == How.WRITE) {
                throw ProblemException.invalid(List.of(
                        new Violation(
                                path(first.index()), "sets the same field as " + path(use.index()) + ", or undoes it"),
                        new Violation(
                                path(use.index()),
                                "sets the same field as " + path(first.index()) + ", or undoes it")));
            }
        }

        private static How how(Op op) {
            if (op instanceof Op.Guard) {
                return How.RELY;
            }
            if (op instanceof Op.Count) {
                return How.COUNT;
            }
            if (op instanceof Op.Include) {
                return How.INCLUDE;
            }
            return op instanceof Op.Exclude ? How.EXCLUDE : How.WRITE;
        }

        /** What an op does to an entity of this transaction: neither compare-and-set nor a function can speak of one. */
        private static List<Op> onMade(Op op) {
            if (op instanceof Op.Swap swap) {
                return List.of(new Op.Set(swap.entity(), swap.attribute(), swap.value()));
            }
            if (op instanceof Op.Include include) {
                return List.of(
                        new Op.Refer(include.entity(), include.attribute(), Change.ACTOR),
                        new Op.Set(include.entity(), include.count(), 1L));
            }
            if (op instanceof Op.Set || op instanceof Op.Refer) {
                return List.of(op);
            }
            return List.of(); // there is nothing to clear, and no like to take back
        }

        private Collection<Op> counted() {
            return counts.values().stream()
                    .<Op>map(count -> count.entity() instanceof String
                            ? new Op.Set(count.entity(), count.attribute(), count.by())
                            : count)
                    .toList();
        }
    }
}

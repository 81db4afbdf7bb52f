package page.bits.action;

import clojure.lang.Keyword;
import datomic.Util;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/**
 * One thing that a {@link Change} does to the database, or relies on. An entity is its id, or the temporary id of one that the
 * transaction makes; {@link Change#ACTOR} is whoever acts.
 *
 * <p>Each names what it touches by an entity and an attribute, which is what tells whether two actions of a batch get in each
 * other's way.
 */
sealed interface Op {

    Object entity();

    Keyword attribute();

    /**
     * The transaction data it becomes.
     *
     * @param self the actor's entity, in place of {@link Change#ACTOR}
     */
    List<?> data(Actor actor, Object self);

    /** The same, of an entity with another name. */
    Op of(Object entity);

    /** Sets an attribute, whatever it holds. */
    record Set(Object entity, Keyword attribute, Object value) implements Op {

        public Set {
            Objects.requireNonNull(value);
        }

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.ADD, entity, attribute, value);
        }

        @Override
        public Op of(Object other) {
            return new Set(other, attribute, value);
        }
    }

    /** Makes an attribute refer to an entity. */
    record Refer(Object entity, Keyword attribute, Object target) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.ADD, entity, attribute, target.equals(Change.ACTOR) ? self : target);
        }

        @Override
        public Op of(Object other) {
            return new Refer(other, attribute, target);
        }

        Refer to(Object other) {
            return new Refer(entity, attribute, other);
        }
    }

    /** Takes all values of an attribute away, whatever they are. */
    record Clear(Object entity, Keyword attribute) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.RETRACT, entity, attribute);
        }

        @Override
        public Op of(Object other) {
            return new Clear(other, attribute);
        }
    }

    /** Sets an attribute that still has to hold what was expected, or nothing; otherwise the transaction fails. */
    record Swap(Object entity, Keyword attribute, Optional<?> expected, Object value) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.CAS, entity, attribute, expected.orElse(null), value);
        }

        @Override
        public Op of(Object other) {
            return new Swap(other, attribute, expected, value);
        }
    }

    /** Fails the transaction where an attribute does not hold this value any more. Adds no datom. */
    record Guard(Object entity, Keyword attribute, Object value) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.CAS, entity, attribute, value, value);
        }

        @Override
        public Op of(Object other) {
            return new Guard(other, attribute, value);
        }
    }

    /** Adds whoever acts to a set and counts them, unless the set holds them. */
    record Include(Object entity, Keyword attribute, Keyword count) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.INCLUDE, entity, attribute, count, actor.id(), self);
        }

        @Override
        public Op of(Object other) {
            return new Include(other, attribute, count);
        }
    }

    /** Takes whoever acts out of a set and counts them, if the set holds them. */
    record Exclude(Object entity, Keyword attribute, Keyword count) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.EXCLUDE, entity, attribute, count, actor.id());
        }

        @Override
        public Op of(Object other) {
            return new Exclude(other, attribute, count);
        }
    }

    /** Adds to a number. */
    record Count(Object entity, Keyword attribute, long by) implements Op {

        @Override
        public List<?> data(Actor actor, Object self) {
            return Util.list(Attributes.COUNT, entity, attribute, by);
        }

        @Override
        public Op of(Object other) {
            return new Count(other, attribute, by);
        }

        Count and(Count more) {
            return new Count(entity, attribute, by + more.by);
        }
    }

    /** Marks an entity that has to be unmarked. */
    static Op markDeleted(Object entity, Keyword marker) {
        return new Swap(entity, marker, Optional.empty(), true);
    }
}

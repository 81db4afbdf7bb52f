package page.bits.action;

import datomic.Database;
import datomic.Entity;
import page.bits.action.identity.Actor;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Attributes;

/**
 * A creator who is there, and who owns them.
 *
 * @param entity the creator
 * @param owner the actor who may act for them
 */
record Page(Object entity, Object owner, String handle, boolean isActors) {

    /** @throws ProblemException 404 */
    static Page of(Database db, Handle handle, Actor actor) {
        Object entity = db.entid(handle.lookupRef());
        if (entity == null) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "There is no creator '" + handle + "'.");
        }
        return of(db.entity(entity), actor);
    }

    static Page of(Entity creator, Actor actor) {
        Entity owner = (Entity) creator.get(Attributes.CREATOR_OWNER);
        return new Page(
                creator.get(Attributes.DB_ID),
                owner.get(Attributes.DB_ID),
                (String) creator.get(Attributes.CREATOR_HANDLE),
                actor.id().equals(owner.get(Attributes.ACTOR_ID)));
    }

    /** @throws ProblemException 403 where it is not the actor's */
    Page owned() {
        if (!isActors) {
            throw ProblemException.of(ProblemType.FORBIDDEN, "The creator '" + handle + "' is not yours.");
        }
        return this;
    }

    /** The owner stays who it is. */
    Op guard() {
        return new Op.Guard(entity, Attributes.CREATOR_OWNER, owner);
    }
}

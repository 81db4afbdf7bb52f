package page.bits.action;

import datomic.Database;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.Facts;

/**
 * A creator who is there, and who owns them.
 *
 * @param entity the creator
 * @param owner the actor who may act for them
 */
record Page(Database db, Object entity, Object owner, boolean isActors) {

    /** @throws ProblemException 404 */
    static Page of(Database db, Handle handle, Actor actor) {
        Object entity = db.entid(handle.lookupRef());
        if (entity == null) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "There is no creator '" + handle + "'.");
        }
        return of(db, entity, actor);
    }

    static Page of(Database db, Object creator, Actor actor) {
        Object owner =
                Facts.of(db, creator, Attributes.CREATOR_OWNER).orElseThrow().v();
        return new Page(db, creator, owner, owner.equals(db.entid(actor.lookupRef())));
    }

    /** @throws ProblemException 403 where it is not the actor's */
    Page owned() {
        if (!isActors) {
            throw ProblemException.of(
                    ProblemType.FORBIDDEN,
                    "The creator '" + db.entity(entity).get(Attributes.CREATOR_HANDLE) + "' is not yours.");
        }
        return this;
    }

    /** The owner stays who it is. */
    Op guard() {
        return new Op.Guard(entity, Attributes.CREATOR_OWNER, owner);
    }
}

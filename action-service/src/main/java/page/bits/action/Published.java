package page.bits.action;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import datomic.Entity;
import java.util.Optional;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.Facts;

/**
 * A post that is there.
 *
 * @param entity the post
 * @param creator whose page it is on
 */
record Published(Database db, Object entity, Object creator) {

    /** @throws ProblemException 404 where there is none with this id, or not any more */
    static Published of(Database db, PostId id) {
        Object entity = db.entid(id.lookupRef());
        return Optional.ofNullable(entity)
                .flatMap(post -> Facts.of(db, post, Attributes.POST_CREATOR))
                .map(creation -> new Published(db, entity, creation.v()))
                .orElseThrow(() -> ProblemException.of(ProblemType.NOT_FOUND, "There is no post '" + id + "'."));
    }

    /** Whose page a post is on, if it is there. */
    static Optional<Handle> page(Database db, PostId id) {
        return Optional.ofNullable(db.entity(id.lookupRef())).flatMap(Published::page);
    }

    static Optional<Handle> page(Entity post) {
        return Optional.ofNullable((Entity) post.get(Attributes.POST_CREATOR))
                .map(creator -> new Handle((String) creator.get(Attributes.CREATOR_HANDLE)));
    }

    Page page(Actor actor) {
        return Page.of(db, creator, actor);
    }

    /** It stays there. */
    Op guard() {
        return new Op.Guard(entity, Attributes.POST_CREATOR, creator);
    }

    /** The datom of an attribute that has one value at most. */
    Optional<Datom> value(Keyword attribute) {
        return Facts.of(db, entity, attribute);
    }

    boolean isLikedBy(Actor actor) {
        Object known = db.entid(actor.lookupRef());
        return known != null
                && db.datoms(Database.EAVT, entity, Attributes.POST_LIKED_BY, known)
                        .iterator()
                        .hasNext();
    }
}

package page.bits.action;

import datomic.Database;
import datomic.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/** Takes a comment away, for good. Its author may, and the owner of the page it is on. Its id stays taken. */
@Schema(requiredProperties = "commentId")
public record DeleteComment(CommentId commentId) implements Action {

    public static final String NAME = "delete-comment";

    public static DeleteComment of(Fields fields) {
        CommentId commentId = fields.id("commentId", CommentId::new);
        fields.check();
        return new DeleteComment(commentId);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Handle> page(Database db) {
        return Optional.ofNullable(db.entity(commentId.lookupRef()))
                .map(comment -> (Entity) comment.get(Attributes.COMMENT_POST))
                .flatMap(Published::page);
    }

    @Override
    public Map<String, UUID> ids() {
        return Map.of("commentId", commentId.value());
    }

    /** Guarded by the mark that it leaves, by the post staying where it is, and by the owner where it is the owner. */
    @Override
    public Change on(Database db, Actor actor) {
        Object entity = db.entid(commentId.lookupRef());
        Entity comment = entity == null ? null : db.entity(entity);
        if (comment == null
                || !(comment.get(Attributes.COMMENT_POST) instanceof Entity post)
                || !(post.get(Attributes.POST_CREATOR) instanceof Entity creator)) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "There is no comment '" + commentId + "'.");
        }
        List<Op> ops = new ArrayList<>();
        Entity author = (Entity) comment.get(Attributes.COMMENT_AUTHOR);
        if (!actor.id().equals(author.get(Attributes.ACTOR_ID))) {
            Page page = Page.of(db, creator.get(Attributes.DB_ID), actor);
            if (!page.isActors()) {
                throw ProblemException.of(
                        ProblemType.FORBIDDEN, "The comment '" + commentId + "' is not yours, nor is the page.");
            }
            ops.add(page.guard());
        }
        Object of = post.get(Attributes.DB_ID);
        ops.add(new Op.Guard(of, Attributes.POST_CREATOR, creator.get(Attributes.DB_ID)));
        ops.add(Op.markDeleted(entity, Attributes.COMMENT_DELETED));
        ops.add(new Op.Clear(entity, Attributes.COMMENT_POST));
        ops.add(new Op.Clear(entity, Attributes.COMMENT_AUTHOR));
        ops.add(new Op.Clear(entity, Attributes.COMMENT_TEXT));
        ops.add(new Op.Count(of, Attributes.POST_COMMENTS, -1));
        return Change.of(ops, Map.of("commentId", commentId));
    }
}

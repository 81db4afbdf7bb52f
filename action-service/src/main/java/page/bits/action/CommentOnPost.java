package page.bits.action;

import datomic.Database;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/**
 * Says something under a post. Any actor may.
 *
 * @param id of the new comment: part of the action, as a post's
 */
@Schema(requiredProperties = {"postId", "text"})
public record CommentOnPost(@Schema(hidden = true) CommentId id, PostId postId, CommentText text) implements OnPost {

    public static final String NAME = "comment-on-post";

    public static CommentOnPost of(Fields fields) {
        PostId postId = fields.id("postId", PostId::new);
        CommentText text = fields.required("text", CommentText::new);
        fields.check();
        return new CommentOnPost(CommentId.random(), postId, text);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, UUID> ids() {
        return Map.of("commentId", id.value());
    }

    /** Guarded by the post staying where it is. */
    @Override
    public Change on(Database db, Actor actor) {
        Published post = Published.of(db, postId);
        return Change.of(
                List.of(
                        post.guard(),
                        new Op.Set(Change.NEW, Attributes.COMMENT_ID, id.value()),
                        new Op.Refer(Change.NEW, Attributes.COMMENT_POST, post.entity()),
                        new Op.Refer(Change.NEW, Attributes.COMMENT_AUTHOR, Change.ACTOR),
                        new Op.Set(Change.NEW, Attributes.COMMENT_TEXT, text.value()),
                        new Op.Count(post.entity(), Attributes.POST_COMMENTS, 1)),
                Map.of("commentId", id));
    }
}

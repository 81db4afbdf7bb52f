package page.bits.action;

import datomic.Database;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/**
 * Takes a post away, for good. The page's owner may. Its id stays taken; its comments and who liked it stay as they are, and
 * nothing leads to them any more: to take them away too would be a transaction as large as they are many.
 */
@Schema(requiredProperties = "postId")
public record DeletePost(PostId postId) implements OnPost {

    public static final String NAME = "delete-post";

    public static DeletePost of(Fields fields) {
        PostId postId = fields.id("postId", PostId::new);
        fields.check();
        return new DeletePost(postId);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Guarded by the mark that it leaves: of two that delete the same, one fails. */
    @Override
    public Change on(Database db, Actor actor) {
        Published post = Published.of(db, postId);
        Page page = post.page(actor).owned();
        return Change.of(
                List.of(
                        page.guard(),
                        Op.markDeleted(post.entity(), Attributes.POST_DELETED),
                        new Op.Clear(post.entity(), Attributes.POST_CREATOR),
                        new Op.Clear(post.entity(), Attributes.POST_TEXT),
                        new Op.Clear(post.entity(), Attributes.POST_IMAGE_URL),
                        new Op.Clear(post.entity(), Attributes.POST_REV),
                        new Op.Clear(post.entity(), Attributes.POST_LIKES),
                        new Op.Clear(post.entity(), Attributes.POST_COMMENTS),
                        new Op.Count(post.creator(), Attributes.CREATOR_POSTS, -1)),
                Map.of("postId", postId));
    }
}

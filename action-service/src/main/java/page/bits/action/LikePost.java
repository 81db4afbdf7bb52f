package page.bits.action;

import datomic.Database;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/** Likes a post. Any actor may, once: to repeat it changes nothing. */
@Schema(requiredProperties = "postId")
public record LikePost(PostId postId) implements OnPost {

    public static final String NAME = "like-post";

    public static LikePost of(Fields fields) {
        PostId postId = fields.id("postId", PostId::new);
        fields.check();
        return new LikePost(postId);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Guarded by the post staying where it is. */
    @Override
    public Change on(Database db, Actor actor) {
        Published post = Published.of(db, postId);
        return new Change(
                List.of(post.guard(), new Op.Include(post.entity(), Attributes.POST_LIKED_BY, Attributes.POST_LIKES)),
                post.isLikedBy(actor),
                Map.of("postId", postId));
    }
}

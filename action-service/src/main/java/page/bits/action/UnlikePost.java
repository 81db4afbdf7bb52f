package page.bits.action;

import datomic.Database;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/** Takes a like back. Any actor may; where there is none it changes nothing. */
@Schema(requiredProperties = "postId")
public record UnlikePost(PostId postId) implements OnPost {

    public static final String NAME = "unlike-post";

    public static UnlikePost of(Fields fields) {
        PostId postId = fields.id("postId", PostId::new);
        fields.check();
        return new UnlikePost(postId);
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
                List.of(post.guard(), new Op.Exclude(post.entity(), Attributes.POST_LIKED_BY, Attributes.POST_LIKES)),
                !post.isLikedBy(actor),
                Map.of("postId", postId));
    }
}

package page.bits.action;

import datomic.Database;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What is done to a post that is there. */
sealed interface OnPost extends Action permits EditPost, DeletePost, LikePost, UnlikePost, CommentOnPost {

    PostId postId();

    @Override
    default Optional<Handle> page(Database db) {
        return Published.page(db, postId());
    }

    @Override
    default Map<String, UUID> ids() {
        return Map.of("postId", postId().value());
    }
}

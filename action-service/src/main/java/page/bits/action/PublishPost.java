package page.bits.action;

import datomic.Database;
import datomic.Entity;
import datomic.Util;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.action.identity.Actor;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Attributes;

/**
 * Puts a post on a creator's page. Its owner may.
 *
 * @param id of the new post: part of the action, so that the action makes the same post however often it is tried
 */
@Schema(requiredProperties = {"creator", "text"})
public record PublishPost(@Schema(hidden = true) PostId id, Handle creator, PostText text, Optional<ImageUrl> imageUrl)
        implements Action {

    static final String NAME = "publish-post";

    public static PublishPost of(Fields fields) {
        Handle creator = fields.required("creator", Handle::new);
        PostText text = fields.required("text", PostText::new);
        Optional<ImageUrl> imageUrl = fields.optional("imageUrl", ImageUrl::new);
        fields.check();
        return new PublishPost(PostId.random(), creator, text, imageUrl);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Guarded by the owner staying who it is. */
    @Override
    public Change on(Database db, Actor actor) {
        Object page = db.entid(creator.lookupRef());
        if (page == null) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "There is no creator '" + creator + "'.");
        }
        Entity owner = (Entity) db.entity(page).get(Attributes.CREATOR_OWNER);
        if (!actor.id().equals(owner.get(Attributes.ACTOR_ID))) {
            throw ProblemException.of(ProblemType.FORBIDDEN, "The creator '" + creator + "' is not yours.");
        }
        Object ownerId = owner.get(Attributes.DB_ID);
        Map<Object, Object> post = new HashMap<>();
        post.put(Attributes.DB_ID, "post");
        post.put(Attributes.POST_ID, id.value());
        post.put(Attributes.POST_CREATOR, page);
        post.put(Attributes.POST_TEXT, text.value());
        imageUrl.ifPresent(url -> post.put(Attributes.POST_IMAGE_URL, url.value()));
        return new Change(
                List.of(post, Util.list(Attributes.CAS, page, Attributes.CREATOR_OWNER, ownerId, ownerId)),
                Map.of("postId", id));
    }
}

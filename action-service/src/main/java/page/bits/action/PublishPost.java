package page.bits.action;

import datomic.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/**
 * Puts a post on a creator's page. Its owner may.
 *
 * @param id of the new post: part of the action, so that the action makes the same post however often it is tried
 */
@Schema(requiredProperties = {"creator", "text"})
public record PublishPost(@Schema(hidden = true) PostId id, Handle creator, PostText text, Optional<ImageUrl> imageUrl)
        implements Action {

    public static final String NAME = "publish-post";

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

    @Override
    public Optional<Handle> page(Database db) {
        return Optional.of(creator);
    }

    @Override
    public Map<String, UUID> ids() {
        return Map.of("postId", id.value());
    }

    /** Guarded by the owner staying who it is. */
    @Override
    public Change on(Database db, Actor actor) {
        Page page = Page.of(db, creator, actor).owned();
        List<Op> ops = new ArrayList<>();
        ops.add(page.guard());
        ops.add(new Op.Set(Change.NEW, Attributes.POST_ID, id.value()));
        ops.add(new Op.Refer(Change.NEW, Attributes.POST_CREATOR, page.entity()));
        ops.add(new Op.Set(Change.NEW, Attributes.POST_TEXT, text.value()));
        imageUrl.ifPresent(url -> ops.add(new Op.Set(Change.NEW, Attributes.POST_IMAGE_URL, url.value())));
        ops.add(new Op.Count(page.entity(), Attributes.CREATOR_POSTS, 1));
        return Change.of(ops, Map.of("postId", id));
    }
}

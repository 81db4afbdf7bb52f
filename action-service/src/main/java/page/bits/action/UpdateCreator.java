package page.bits.action;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.action.body.Patch;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;

/** Changes what a creator's page tells about them. Its owner may. What is not named stays; the last of two wins. */
@Schema(requiredProperties = "handle")
public record UpdateCreator(
        Handle handle,

        @Schema(type = SchemaType.STRING, implementation = DisplayName.class)
        Patch<DisplayName> displayName,

        @Schema(type = SchemaType.STRING, implementation = Bio.class, nullable = true)
        Patch<Bio> bio,

        @Schema(type = SchemaType.STRING, implementation = ImageUrl.class, nullable = true)
        Patch<ImageUrl> avatarUrl)
        implements Action {

    public static final String NAME = "update-creator";

    public UpdateCreator {
        bio = bio.filter(told -> !told.isEmpty());
    }

    public static UpdateCreator of(Fields fields) {
        Handle handle = fields.required("handle", Handle::new);
        if (!fields.has("displayName") && !fields.has("bio") && !fields.has("avatarUrl")) {
            fields.violation("", "must hold at least one of displayName, bio and avatarUrl");
        }
        Patch<DisplayName> displayName = fields.patch("displayName", DisplayName::new);
        if (displayName.isCleared()) {
            fields.violation("displayName", "can be changed but not cleared");
        }
        Patch<Bio> bio = fields.patch("bio", Bio::new);
        Patch<ImageUrl> avatarUrl = fields.patch("avatarUrl", ImageUrl::new);
        fields.check();
        return new UpdateCreator(handle, displayName, bio, avatarUrl);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Handle> page(Database db) {
        return Optional.of(handle);
    }

    @Override
    public Map<String, UUID> ids() {
        return Map.of();
    }

    /** Guarded by the owner staying who it is. */
    @Override
    public Change on(Database db, Actor actor) {
        Page page = Page.of(db, handle, actor).owned();
        Map<Keyword, Patch<String>> patches = Map.of(
                Attributes.CREATOR_DISPLAY_NAME, displayName.map(DisplayName::value),
                Attributes.CREATOR_BIO, bio.map(Bio::value),
                Attributes.CREATOR_AVATAR_URL, avatarUrl.map(ImageUrl::value));
        Entity present = db.entity(page.entity());
        boolean nothing = patches.entrySet().stream()
                .allMatch(each -> each.getValue().agreesWith(Optional.ofNullable((String) present.get(each.getKey()))));
        List<Op> ops = new ArrayList<>();
        ops.add(page.guard());
        patches.forEach((attribute, patch) -> {
            if (patch.isCleared()) {
                ops.add(new Op.Clear(page.entity(), attribute));
            }
            patch.value().ifPresent(value -> ops.add(new Op.Set(page.entity(), attribute, value)));
        });
        return new Change(ops, nothing, Map.of("handle", handle));
    }
}

package page.bits.action;

import datomic.Database;
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

/** Makes a creator, whom the actor then owns. Any actor may. */
@Schema(requiredProperties = {"handle", "displayName"})
public record RegisterCreator(Handle handle, DisplayName displayName, Optional<Bio> bio, Optional<ImageUrl> avatarUrl)
        implements Action {

    public static final String NAME = "register-creator";

    public RegisterCreator {
        bio = bio.filter(told -> !told.isEmpty());
    }

    public static RegisterCreator of(Fields fields) {
        Handle handle = fields.required("handle", Handle::new);
        DisplayName displayName = fields.required("displayName", DisplayName::new);
        Optional<Bio> bio = fields.optional("bio", Bio::new);
        Optional<ImageUrl> avatarUrl = fields.optional("avatarUrl", ImageUrl::new);
        fields.check();
        return new RegisterCreator(handle, displayName, bio, avatarUrl);
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

    /** Guarded by the handle itself: it is unique, so of two transactions that assert it one fails. */
    @Override
    public Change on(Database db, Actor actor) {
        if (db.entid(handle.lookupRef()) != null) {
            throw ProblemException.of(ProblemType.CONFLICT, "The handle '" + handle + "' is taken.");
        }
        List<Op> ops = new ArrayList<>();
        ops.add(new Op.Set(Change.NEW, Attributes.CREATOR_HANDLE, handle.value()));
        ops.add(new Op.Set(Change.NEW, Attributes.CREATOR_DISPLAY_NAME, displayName.value()));
        ops.add(new Op.Refer(Change.NEW, Attributes.CREATOR_OWNER, Change.ACTOR));
        bio.ifPresent(told -> ops.add(new Op.Set(Change.NEW, Attributes.CREATOR_BIO, told.value())));
        avatarUrl.ifPresent(url -> ops.add(new Op.Set(Change.NEW, Attributes.CREATOR_AVATAR_URL, url.value())));
        return Change.of(ops, Map.of("handle", handle));
    }
}

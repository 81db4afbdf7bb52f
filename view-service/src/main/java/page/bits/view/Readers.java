package page.bits.view;

import datomic.Database;
import datomic.Entity;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import page.bits.identity.Actor;
import page.bits.identity.Authentication;
import page.bits.peer.Attributes;

/** Tells a page's owner from its other readers. */
@Singleton
public class Readers {

    private final Authentication authentication;

    Readers(Authentication authentication) {
        this.authentication = authentication;
    }

    /**
     * Whether a request is the owner's of a creator's page. A token that is not valid, or cannot be verified at present, fails
     * no request: it is nobody's then, and nobody is no owner.
     *
     * <p>Verifies a token, which may wait for keys: never to be called on an event loop, nor on threads that others wait for.
     *
     * @param creator an entity of this database value
     */
    public boolean isOwner(RoutingContext request, Database db, Object creator) {
        return authentication
                .reader(request)
                .map(Actor::id)
                .filter(actor -> db.entity(creator).get(Attributes.CREATOR_OWNER) instanceof Entity owner
                        && actor.equals(owner.get(Attributes.ACTOR_ID)))
                .isPresent();
    }
}

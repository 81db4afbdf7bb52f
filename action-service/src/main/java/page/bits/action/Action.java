package page.bits.action;

import datomic.Database;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import page.bits.http.ProblemException;
import page.bits.identity.Actor;

/**
 * Something that an actor wants done. What its fields may hold is checked when it is made; who may do it, and what it needs
 * to find, is in {@link #on}.
 */
public sealed interface Action permits RegisterCreator, UpdateCreator, PublishPost, OnPost, DeleteComment {

    /** The name in its path and on the transaction entity. */
    String name();

    /** The ids that its result holds, by the fields' names; they are known before it is done. */
    Map<String, UUID> ids();

    /** Whose page it is about; none where {@code db} does not tell. */
    Optional<Handle> page(Database db);

    /**
     * What it changes. A plain function of its arguments: it may be called again with a newer database value when the
     * transaction lost a race, and the answer to that call is what counts. What it relies on in {@code db} and another
     * transaction might change meanwhile, the change guards.
     *
     * @throws ProblemException 404, 403 or 409, where it cannot be done; 422 where a field does not fit what is there
     */
    Change on(Database db, Actor actor);
}

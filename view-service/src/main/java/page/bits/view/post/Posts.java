package page.bits.view.post;

import static page.bits.peer.Attributes.POST_COMMENTS;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_IMAGE_URL;
import static page.bits.peer.Attributes.POST_LIKES;
import static page.bits.peer.Attributes.POST_TEXT;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import page.bits.peer.Facts;
import page.bits.view.Moment;
import page.bits.view.Timeline;

/** What features ask of the database about posts. */
public final class Posts {

    /** The posts of a creator. */
    public static final Timeline OF_CREATOR = new Timeline(POST_ID, POST_CREATOR);

    /** What is shown of a post beside where it is. */
    public static final Set<Object> SHOWN = Set.of(POST_TEXT, POST_IMAGE_URL, POST_LIKES, POST_COMMENTS);

    private Posts() {}

    /** The entity of a post, which may have been deleted. */
    static Optional<Object> entity(Database db, UUID id) {
        return Optional.ofNullable(db.entid(Util.list(POST_ID, id)));
    }

    /** The datom that names a post's creator, asserted when it was published and never again; none where it is deleted. */
    public static Optional<Datom> creation(Database db, Object post) {
        return Facts.of(db, post, POST_CREATOR);
    }

    /**
     * By one look for each fact that is shown, so that the likes themselves, however many, are not walked over.
     *
     * @param creation of a post that is there, in what is told
     * @param handle the creator's
     */
    public static Post post(Moment at, Datom creation, String handle) {
        Database told = at.told();
        Object post = creation.e();
        Datom text = Facts.of(told, post, POST_TEXT).orElseThrow();
        return new Post(
                Facts.value(told, post, POST_ID, UUID.class).orElseThrow(),
                (Long) post,
                handle,
                (String) text.v(),
                Facts.value(told, post, POST_IMAGE_URL, String.class),
                Facts.instant(told, creation.tx()),
                text.tx().equals(creation.tx()) ? Optional.empty() : Optional.of(Facts.instant(told, text.tx())),
                Facts.count(at.then(), post, POST_LIKES),
                Facts.count(at.then(), post, POST_COMMENTS));
    }
}

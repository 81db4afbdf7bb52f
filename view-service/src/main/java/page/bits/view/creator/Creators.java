package page.bits.view.creator;

import static page.bits.peer.Attributes.CREATOR_AVATAR_URL;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import page.bits.peer.Facts;
import page.bits.view.Moment;

/** What is asked of the database about creators. */
public final class Creators {

    private Creators() {}

    static Optional<Object> entity(Database db, String handle) {
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)));
    }

    /** Up to {@code limit} creators in the order of their handles, from {@code first} on. */
    public static List<Creator> from(Database db, String first, int limit) {
        List<Creator> creators = new ArrayList<>(limit);
        Iterator<Datom> handles = db.indexRange(CREATOR_HANDLE, first, null).iterator();
        while (creators.size() < limit && handles.hasNext()) {
            creators.add(creator(Moment.of(db), handles.next().e()));
        }
        return creators;
    }

    static Creator creator(Moment at, Object entity) {
        Database told = at.told();
        return new Creator(
                Facts.value(told, entity, CREATOR_HANDLE, String.class).orElseThrow(),
                Facts.value(told, entity, CREATOR_DISPLAY_NAME, String.class).orElseThrow(),
                Facts.value(told, entity, CREATOR_BIO, String.class),
                Facts.value(told, entity, CREATOR_AVATAR_URL, String.class),
                Facts.count(at.then(), entity, CREATOR_POSTS));
    }
}

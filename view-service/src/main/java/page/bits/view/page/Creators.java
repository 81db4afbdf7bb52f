package page.bits.view.page;

import static page.bits.peer.Attributes.CREATOR_AVATAR_URL;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;

import datomic.Database;
import datomic.Datom;
import datomic.Entity;
import datomic.Util;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** What pages ask of the database about creators. */
final class Creators {

    private Creators() {}

    static Optional<Creator> named(Database db, String handle) {
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle))).map(entity -> creator(db, entity));
    }

    /** Up to {@code limit} creators in the order of their handles, from {@code first} on. */
    static List<Creator> from(Database db, String first, int limit) {
        List<Creator> creators = new ArrayList<>(limit);
        Iterator<Datom> handles = db.indexRange(CREATOR_HANDLE, first, null).iterator();
        while (creators.size() < limit && handles.hasNext()) {
            creators.add(creator(db, handles.next().e()));
        }
        return creators;
    }

    private static Creator creator(Database db, Object entity) {
        Entity creator = db.entity(entity);
        return new Creator(
                (String) creator.get(CREATOR_HANDLE),
                (String) creator.get(CREATOR_DISPLAY_NAME),
                Optional.ofNullable((String) creator.get(CREATOR_BIO)),
                Optional.ofNullable((String) creator.get(CREATOR_AVATAR_URL)));
    }
}

package page.bits.view.posts;

import static page.bits.peer.Attributes.COMMENT_POST;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_IMAGE_URL;
import static page.bits.peer.Attributes.POST_LIKED_BY;
import static page.bits.peer.Attributes.POST_TEXT;
import static page.bits.peer.Attributes.TX_INSTANT;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import page.bits.peer.Transaction;
import page.bits.view.Feature;

/** {@code posts/{handle}}: the newest {@value #WINDOW} posts of a creator. */
@Singleton
public class PostsFeature implements Feature<PostsView> {

    /** How many posts are in view. */
    static final int WINDOW = 50;

    private final Template fragment;

    PostsFeature(@Location("posts.html") Template fragment) {
        this.fragment = fragment;
    }

    @Override
    public String name() {
        return "posts";
    }

    @Override
    public Optional<PostsView> view(Database db, String handle) {
        return creator(db, handle).map(creator -> new PostsView(newest(db, creator, handle)));
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<Object> creators = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            Object attribute = db.ident(datom.a());
            if (attribute == POST_CREATOR) {
                creators.add(datom.v());
            } else if (attribute == POST_TEXT || attribute == POST_IMAGE_URL || attribute == POST_LIKED_BY) {
                creatorOf(db, datom.e()).ifPresent(creators::add);
            } else if (attribute == COMMENT_POST) {
                creatorOf(db, datom.v()).ifPresent(creators::add);
            }
        }
        Set<String> handles = new HashSet<>();
        for (Object creator : creators) {
            value(db, creator, CREATOR_HANDLE).ifPresent(handle -> handles.add((String) handle.v()));
        }
        return handles;
    }

    @Override
    public Optional<PostsDelta> delta(PostsView from, PostsView to, Database db) {
        return Optional.of(PostsDelta.between(from, to, id -> exists(db, id)));
    }

    @Override
    public String html(String handle, PostsView view) {
        // Without the line break at the template's end, which would be an empty line of data in every event.
        return fragment.data("key", handle, "view", view).render().strip();
    }

    private static Optional<Object> creator(Database db, String handle) {
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)));
    }

    /** From the end of the creator's part of the index, so that it costs what it shows and not what there is. */
    private static List<Post> newest(Database db, Object creator, String handle) {
        List<Post> posts = new ArrayList<>(WINDOW);
        Iterator<Datom> backwards =
                db.rseekDatoms(Database.AVET, POST_CREATOR, creator).iterator();
        while (posts.size() < WINDOW && backwards.hasNext()) {
            Datom datom = backwards.next();
            if (!datom.v().equals(creator) || db.ident(datom.a()) != POST_CREATOR) {
                break;
            }
            posts.add(post(db, datom, handle));
        }
        return posts;
    }

    /**
     * In one walk over the post's own facts, since each look into an index costs more than what it finds.
     *
     * @param creation the datom that names the creator, asserted when the post was published and never again
     */
    private static Post post(Database db, Datom creation, String handle) {
        UUID id = null;
        Datom text = null;
        Optional<String> imageUrl = Optional.empty();
        long likes = 0;
        for (Datom fact : db.datoms(Database.EAVT, creation.e())) {
            Object attribute = db.ident(fact.a());
            if (attribute == POST_LIKED_BY) {
                likes++;
            } else if (attribute == POST_ID) {
                id = (UUID) fact.v();
            } else if (attribute == POST_TEXT) {
                text = fact;
            } else if (attribute == POST_IMAGE_URL) {
                imageUrl = Optional.of((String) fact.v());
            }
        }
        Objects.requireNonNull(text, "a post without a text");
        return new Post(
                Objects.requireNonNull(id, "a post without an id"),
                (Long) creation.e(),
                handle,
                (String) text.v(),
                imageUrl,
                instant(db, creation.tx()),
                text.tx().equals(creation.tx()) ? Optional.empty() : Optional.of(instant(db, text.tx())),
                likes,
                count(db.datoms(Database.AVET, COMMENT_POST, creation.e())));
    }

    private static boolean exists(Database db, UUID id) {
        Object entity = db.entid(Util.list(POST_ID, id));
        return entity != null && creatorOf(db, entity).isPresent();
    }

    private static Optional<Object> creatorOf(Database db, Object post) {
        return value(db, post, POST_CREATOR).map(Datom::v);
    }

    private static Instant instant(Database db, Object transaction) {
        return ((Date) value(db, transaction, TX_INSTANT).orElseThrow().v()).toInstant();
    }

    private static Optional<Datom> value(Database db, Object entity, Object attribute) {
        Iterator<Datom> datoms = db.datoms(Database.EAVT, entity, attribute).iterator();
        return datoms.hasNext() ? Optional.of(datoms.next()) : Optional.empty();
    }

    private static long count(Iterable<Datom> datoms) {
        long count = 0;
        for (Iterator<Datom> each = datoms.iterator(); each.hasNext(); each.next()) {
            count++;
        }
        return count;
    }
}

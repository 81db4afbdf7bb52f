package page.bits.view.posts;

import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.POST_COMMENTS;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_IMAGE_URL;
import static page.bits.peer.Attributes.POST_LIKES;
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

    /** What is shown of a post beside where it is. */
    private static final Set<Object> SHOWN = Set.of(POST_TEXT, POST_IMAGE_URL, POST_LIKES, POST_COMMENTS);

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
            } else if (SHOWN.contains(attribute)) {
                creatorOf(db, datom.e()).ifPresent(creators::add);
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
     * By one look for each fact that is shown, so that the likes themselves, however many, are not walked over.
     *
     * @param creation the datom that names the creator, asserted when the post was published and never again
     */
    private static Post post(Database db, Datom creation, String handle) {
        Object post = creation.e();
        Datom text = value(db, post, POST_TEXT).orElseThrow();
        return new Post(
                (UUID) value(db, post, POST_ID).orElseThrow().v(),
                (Long) post,
                handle,
                (String) text.v(),
                value(db, post, POST_IMAGE_URL).map(url -> (String) url.v()),
                instant(db, creation.tx()),
                text.tx().equals(creation.tx()) ? Optional.empty() : Optional.of(instant(db, text.tx())),
                number(db, post, POST_LIKES),
                number(db, post, POST_COMMENTS));
    }

    /** One that is counted as it changes; missing means none. */
    private static long number(Database db, Object entity, Object attribute) {
        return value(db, entity, attribute).map(count -> (Long) count.v()).orElse(0L);
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
}

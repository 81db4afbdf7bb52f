package page.bits.view.post;

import static page.bits.peer.Attributes.ACTOR_NAME;
import static page.bits.peer.Attributes.COMMENT_AUTHOR;
import static page.bits.peer.Attributes.COMMENT_POST;
import static page.bits.peer.Attributes.COMMENT_TEXT;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_ID;

import datomic.Database;
import datomic.Datom;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import page.bits.peer.Facts;
import page.bits.peer.Transaction;
import page.bits.view.Historic;
import page.bits.view.Moment;
import page.bits.view.Paged;
import page.bits.view.Slice;
import page.bits.view.Timeline;
import page.bits.view.Uuids;

/**
 * {@code post/{postId}}: a post and its newest {@value #WINDOW} comments.
 *
 * <p>Of its past everyone may be told the text and the picture that it has now, with the comments that are still there by the
 * names that their authors have now; the likes and the comments are counted as they were. Of a deleted post nothing is told.
 */
@Singleton
public class PostFeature implements Paged<PostView>, Historic<PostView> {

    /** How many comments are in view. */
    static final int WINDOW = 100;

    private final Template fragment;

    PostFeature(@Location("post.html") Template fragment) {
        this.fragment = fragment;
    }

    @Override
    public String name() {
        return "post";
    }

    @Override
    public Optional<PostView> view(Moment at, String postId) {
        return slice(at, postId, OptionalLong.empty()).map(Slice::view);
    }

    @Override
    public Optional<Slice<PostView>> slice(Moment at, String postId, OptionalLong place) {
        return creation(at.told(), postId).filter(at::holds).map(creation -> slice(at, creation, place));
    }

    private static Slice<PostView> slice(Moment at, Datom creation, OptionalLong place) {
        Timeline.Part part = Comments.ON_POST.newest(at, creation.e(), place, WINDOW);
        String handle = Facts.value(at.told(), creation.v(), CREATOR_HANDLE, String.class)
                .orElseThrow();
        PostView view =
                new PostView(Posts.post(at, creation, handle), Comments.of(at.told(), part.references()), part.more());
        return new Slice<>(
                view, view.more() ? Optional.of(view.comments().get(0).id()) : Optional.empty());
    }

    @Override
    public OptionalLong place(Database db, String postId, UUID comment) {
        return post(db, postId)
                .map(post -> Comments.ON_POST.place(db, post, comment))
                .orElse(OptionalLong.empty());
    }

    @Override
    public Optional<Object> creator(Database db, String postId) {
        return creation(db, postId).map(Datom::v);
    }

    /**
     * Costs one look or two for each datom that is about a post or a comment. But where an actor takes another name, it costs
     * one for each comment that they ever wrote and that is still there, of whatever age: any of them may be in somebody's
     * view. That is some 5 µs each, off the pump.
     */
    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<Object> posts = new HashSet<>();
        Set<Object> renamed = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            Object attribute = db.ident(datom.a());
            if (attribute == POST_CREATOR || Posts.SHOWN.contains(attribute)) {
                posts.add(datom.e());
            } else if (attribute == COMMENT_POST) {
                posts.add(datom.v());
            } else if (attribute == COMMENT_TEXT || attribute == COMMENT_AUTHOR) {
                Facts.of(db, datom.e(), COMMENT_POST).ifPresent(reference -> posts.add(reference.v()));
            } else if (attribute == ACTOR_NAME) {
                renamed.add(datom.e());
            }
        }
        for (Object actor : renamed) {
            for (Datom authorship : db.datoms(Database.VAET, actor, COMMENT_AUTHOR)) {
                Facts.of(db, authorship.e(), COMMENT_POST).ifPresent(reference -> posts.add(reference.v()));
            }
        }
        return posts.stream()
                .map(post -> Facts.value(db, post, POST_ID, UUID.class).orElseThrow())
                .map(UUID::toString)
                .collect(Collectors.toSet());
    }

    @Override
    public Optional<PostDelta> delta(PostView from, PostView to, Database db) {
        return Optional.of(PostDelta.between(from, to, id -> Comments.ON_POST.holds(db, id)));
    }

    @Override
    public String html(String postId, PostView view) {
        // Without the line break at the template's end, which would be an empty line of data in every event.
        return fragment.data("key", postId, "view", view).render().strip();
    }

    private static Optional<Object> post(Database db, String postId) {
        return Uuids.parse(postId).flatMap(id -> Posts.entity(db, id));
    }

    private static Optional<Datom> creation(Database db, String postId) {
        return post(db, postId).flatMap(post -> Posts.creation(db, post));
    }
}

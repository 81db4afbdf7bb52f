package page.bits.view.posts;

import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.POST_CREATOR;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import page.bits.peer.Facts;
import page.bits.peer.Transaction;
import page.bits.view.Changes;
import page.bits.view.Historic;
import page.bits.view.Moment;
import page.bits.view.Paged;
import page.bits.view.Slice;
import page.bits.view.Timeline;
import page.bits.view.post.Post;
import page.bits.view.post.Posts;

/**
 * {@code posts/{handle}}: the newest {@value #WINDOW} posts of a creator.
 *
 * <p>Of their past everyone may be told those that are still there, with the text and the picture that each has now; likes and
 * comments are counted as they were.
 */
@Singleton
public class PostsFeature implements Paged<PostsView>, Historic<PostsView> {

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
    public Optional<PostsView> view(Moment at, String handle) {
        return slice(at, handle, OptionalLong.empty()).map(Slice::view);
    }

    @Override
    public Optional<Slice<PostsView>> slice(Moment at, String handle, OptionalLong place) {
        return creator(at.then(), handle).map(creator -> slice(at, creator, handle, place));
    }

    private static Slice<PostsView> slice(Moment at, Object creator, String handle, OptionalLong place) {
        Timeline.Part part = Posts.OF_CREATOR.newest(at, creator, place, WINDOW);
        List<Post> posts = part.references().stream()
                .map(creation -> Posts.post(at, creation, handle))
                .toList();
        return new Slice<>(
                new PostsView(posts),
                part.more() ? Optional.of(posts.get(posts.size() - 1).id()) : Optional.empty());
    }

    @Override
    public OptionalLong place(Database db, String handle, UUID post) {
        return creator(db, handle)
                .map(creator -> Posts.OF_CREATOR.place(db, creator, post))
                .orElse(OptionalLong.empty());
    }

    @Override
    public Optional<Object> creator(Database db, String handle) {
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)));
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<Object> creators = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            Object attribute = db.ident(datom.a());
            if (attribute == POST_CREATOR) {
                creators.add(datom.v());
            } else if (Posts.SHOWN.contains(attribute)) {
                Posts.creation(db, datom.e()).ifPresent(creation -> creators.add(creation.v()));
            }
        }
        Set<String> handles = new HashSet<>();
        for (Object creator : creators) {
            Facts.value(db, creator, CREATOR_HANDLE, String.class).ifPresent(handles::add);
        }
        return handles;
    }

    @Override
    public Optional<Changes<Post>> delta(PostsView from, PostsView to, Database db) {
        return Optional.of(Changes.between(from.posts(), to.posts(), Post::id, id -> Posts.OF_CREATOR.holds(db, id)));
    }

    @Override
    public String html(String handle, PostsView view) {
        // Without the line break at the template's end, which would be an empty line of data in every event.
        return fragment.data("key", handle, "view", view).render().strip();
    }
}

package page.bits.view.likes;

import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_LIKES;
import static page.bits.peer.Attributes.POST_TEXT;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import page.bits.peer.Facts;
import page.bits.peer.Transaction;
import page.bits.view.Feature;
import page.bits.view.Moment;
import page.bits.view.Timeline;
import page.bits.view.likes.LikesView.LikedPost;
import page.bits.view.post.Posts;

/** {@code likes/{handle}}: the {@value #SHOWN} most liked of a creator's newest {@value #LOOKED_AT} posts. */
@Singleton
class LikesFeature implements Feature<LikesView> {

    static final int LOOKED_AT = 50;
    static final int SHOWN = 3;

    private final Template fragment;

    LikesFeature(@Location("likes.html") Template fragment) {
        this.fragment = fragment;
    }

    @Override
    public String name() {
        return "likes";
    }

    @Override
    public Optional<LikesView> view(Database db, String handle) {
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle))).map(creator -> mostLiked(db, creator));
    }

    private static LikesView mostLiked(Database db, Object creator) {
        Timeline.Part newest = Posts.OF_CREATOR.newest(Moment.of(db), creator, OptionalLong.empty(), LOOKED_AT);
        return new LikesView(newest.references().stream()
                .map(reference -> likedPost(db, reference.e()))
                .filter(post -> post.likes() > 0)
                .sorted(Comparator.comparingLong(LikedPost::likes).reversed())
                .limit(SHOWN)
                .toList());
    }

    private static LikedPost likedPost(Database db, Object post) {
        return new LikedPost(
                Facts.value(db, post, POST_ID, UUID.class).orElseThrow(),
                Facts.value(db, post, POST_TEXT, String.class).orElseThrow(),
                Facts.count(db, post, POST_LIKES));
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<Object> creators = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            Object attribute = db.ident(datom.a());
            if (attribute == POST_CREATOR) {
                creators.add(datom.v());
            } else if (attribute == POST_LIKES || attribute == POST_TEXT) {
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
    public Optional<?> delta(LikesView from, LikesView to, Database db) {
        return Optional.empty();
    }

    @Override
    public String html(String handle, LikesView view) {
        return fragment.data("key", handle, "view", view).render().strip();
    }
}

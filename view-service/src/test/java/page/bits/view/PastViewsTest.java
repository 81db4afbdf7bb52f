package page.bits.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static page.bits.peer.Attributes.COUNT;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.EXCLUDE;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_LIKED_BY;
import static page.bits.peer.Attributes.POST_LIKES;

import datomic.Database;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import page.bits.view.creator.Creator;
import page.bits.view.creator.CreatorView;
import page.bits.view.post.Comment;
import page.bits.view.post.Post;
import page.bits.view.post.PostView;
import page.bits.view.posts.PostsView;

/** What a view was at each t, among others that change too, is what it is as of that t for ever. */
@QuarkusTest
class PastViewsTest {

    private static final int STEPS = 150;

    private final Random random = new Random(11);

    @Inject
    World world;

    @Inject
    Features features;

    private final List<String> handles = new ArrayList<>();
    private final List<UUID> posts = new ArrayList<>();
    private final List<UUID> comments = new ArrayList<>();
    private final List<UUID> everPosted = new ArrayList<>();

    @Test
    void aViewAsOfATIsWhatItWasThenAndWhatMayBeToldOfItIsWhatIsStillThere() {
        handles.addAll(List.of(world.creator(), world.creator()));
        world.comment(publish(), "actor0", "so that there is an actor");
        Map<Long, Map<ViewKey, Optional<?>>> views = new LinkedHashMap<>();
        for (int i = 0; i < STEPS; i++) {
            step();
            Database db = world.peer.db();
            views.put(db.basisT(), views(db));
        }
        Database now = world.peer.db();
        Map<ViewKey, Optional<?>> present = views(now);
        views.forEach((t, then) -> then.forEach((key, view) -> {
            Database asOf = now.asOf(t);
            assertEquals(view, view(asOf, key), () -> key + " as of " + t);
            assertEquals(
                    tellable(view, present, key),
                    tellable(asOf, now, key),
                    () -> "what may be told of " + key + " as of " + t);
        }));
    }

    private void step() {
        int what = random.nextInt(20);
        String actor = "actor" + random.nextInt(3);
        if (what < 4 || posts.isEmpty()) {
            publish();
        } else if (what < 5) {
            publishThree();
        } else if (what < 8) {
            world.like(any(posts), actor);
        } else if (what < 10) {
            world.transact(Util.list(EXCLUDE, Util.list(POST_ID, any(posts)), POST_LIKED_BY, POST_LIKES, actor));
        } else if (what < 14) {
            UUID comment = UUID.randomUUID();
            world.comment(comment, any(posts), actor, "comment " + random.nextInt());
            comments.add(comment);
        } else if (what < 15 && !comments.isEmpty()) {
            world.deleteComment(comments.remove(random.nextInt(comments.size())));
        } else if (what < 16) {
            world.edit(any(posts), "text " + random.nextInt());
        } else if (what < 17) {
            world.rename("actor0", "name " + random.nextInt());
        } else if (what < 18) {
            world.transact(
                    Util.map(DB_ID, Util.list(CREATOR_HANDLE, any(handles)), CREATOR_BIO, "bio " + random.nextInt()));
        } else {
            world.delete(posts.remove(random.nextInt(posts.size())));
        }
    }

    private UUID publish() {
        UUID post = world.post(any(handles), "post " + random.nextInt());
        posts.add(post);
        everPosted.add(post);
        return post;
    }

    private void publishThree() {
        String handle = any(handles);
        List<UUID> ids = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        List<Object> data = new ArrayList<>();
        ids.forEach(id -> data.add(World.newPost(id, handle, "one of three")));
        data.add(Util.list(COUNT, Util.list(CREATOR_HANDLE, handle), CREATOR_POSTS, 3L));
        world.transact(data.toArray());
        posts.addAll(ids);
        everPosted.addAll(ids);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private List<ViewKey> keys() {
        List<ViewKey> keys = new ArrayList<>();
        handles.forEach(handle -> keys.addAll(List.of(new ViewKey("posts", handle), new ViewKey("creator", handle))));
        everPosted.forEach(post -> keys.add(new ViewKey("post", post.toString())));
        return keys;
    }

    private Map<ViewKey, Optional<?>> views(Database db) {
        Map<ViewKey, Optional<?>> views = new LinkedHashMap<>();
        keys().forEach(key -> views.put(key, view(db, key)));
        return views;
    }

    private Optional<?> view(Database db, ViewKey key) {
        return features.named(key.feature()).orElseThrow().view(db, key.key());
    }

    private Optional<?> tellable(Database then, Database now, ViewKey key) {
        return ((Historic<?>) features.named(key.feature()).orElseThrow()).view(Moment.tellable(then, now), key.key());
    }

    /** By the views: of what was there, what is still there, as it reads now, with the counts of then. */
    private static Optional<?> tellable(Optional<?> then, Map<ViewKey, Optional<?>> present, ViewKey key) {
        Optional<?> now = present.get(key);
        if (then.isEmpty() || now.isEmpty()) {
            return Optional.empty();
        }
        if (then.get() instanceof CreatorView was && now.get() instanceof CreatorView is) {
            Creator creator = is.creator();
            return Optional.of(new CreatorView(new Creator(
                    creator.handle(),
                    creator.displayName(),
                    creator.bio(),
                    creator.avatarUrl(),
                    was.creator().posts())));
        }
        if (then.get() instanceof PostsView was) {
            return Optional.of(new PostsView(was.posts().stream()
                    .flatMap(post -> still(post, present).stream())
                    .toList()));
        }
        PostView was = (PostView) then.get();
        PostView is = (PostView) now.get();
        List<UUID> ids = was.comments().stream().map(Comment::id).toList();
        return Optional.of(new PostView(
                still(was.post(), present).orElseThrow(),
                is.comments().stream()
                        .filter(comment -> ids.contains(comment.id()))
                        .toList(),
                false));
    }

    private static Optional<Post> still(Post was, Map<ViewKey, Optional<?>> present) {
        return present.get(new ViewKey("post", was.id().toString()))
                .map(view -> ((PostView) view).post())
                .map(is -> new Post(
                        is.id(),
                        is.order(),
                        is.creator(),
                        is.text(),
                        is.imageUrl(),
                        is.createdAt(),
                        is.editedAt(),
                        was.likes(),
                        was.comments()));
    }
}

package page.bits.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.peer.Attributes.COUNT;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;

import datomic.Database;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.view.creator.CreatorFeature;
import page.bits.view.post.PostFeature;
import page.bits.view.posts.PostsFeature;

/** A view costs what it shows: it asks the database for as much where there is more that it does not show. */
@QuarkusTest
class CostTest {

    @Inject
    World world;

    @Inject
    PostsFeature posts;

    @Inject
    PostFeature post;

    @Inject
    CreatorFeature creator;

    private String few;
    private String many;

    @BeforeEach
    void creators() {
        few = creator(51);
        many = creator(500);
    }

    private String creator(int posts) {
        String handle = world.creator();
        world.transact(Stream.concat(
                        IntStream.range(0, posts).mapToObj(i -> World.newPost(UUID.randomUUID(), handle, "post " + i)),
                        Stream.of(Util.list(COUNT, Util.list(CREATOR_HANDLE, handle), CREATOR_POSTS, (long) posts)))
                .toArray());
        return handle;
    }

    /** Counts the questions to a database value, and the datoms that are read of the answers. */
    private static final class Asked {

        private int asked;

        Database of(Database db) {
            return (Database) Proxy.newProxyInstance(
                    Asked.class.getClassLoader(), new Class<?>[] {Database.class}, (proxy, method, arguments) -> {
                        asked++;
                        try {
                            Object answer = method.invoke(db, arguments);
                            return answer instanceof Database value
                                    ? of(value)
                                    : answer instanceof Iterable<?> several ? of(several) : answer;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private Iterable<?> of(Iterable<?> several) {
            return () -> {
                Iterator<?> each = several.iterator();
                return new Iterator<Object>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Object next() {
                        asked++;
                        return each.next();
                    }
                };
            };
        }
    }

    private static int asked(Database db, Function<Database, ?> question) {
        Asked asked = new Asked();
        question.apply(asked.of(db));
        return asked.asked;
    }

    @Test
    void aFeedOfManyPostsAsksForAsMuchAsOneOfFew() {
        Database db = world.peer.db();
        assertEquals(asked(db, it -> posts.view(it, few)), asked(db, it -> posts.view(it, many)));
        assertEquals(asked(db, it -> creator.view(it, few)), asked(db, it -> creator.view(it, many)));
    }

    @Test
    void anOlderPartAsksForAsMuchWhereverItIs() {
        Database db = world.peer.db();
        OptionalLong newer = place(db, OptionalLong.empty());
        OptionalLong older = newer;
        for (int i = 0; i < 7; i++) {
            older = place(db, older);
        }
        OptionalLong last = older;
        assertEquals(
                asked(db, it -> posts.slice(Moment.of(it), many, newer)),
                asked(db, it -> posts.slice(Moment.of(it), many, last)));
    }

    private OptionalLong place(Database db, OptionalLong before) {
        UUID next =
                posts.slice(Moment.of(db), many, before).orElseThrow().next().orElseThrow();
        return posts.place(db, many, next);
    }

    @Test
    void anEarlierTimeAsksForAsMuchHoweverMuchCameAfterIt() {
        BasisT t = BasisT.of(world.peer.db());
        IntStream.range(0, 300).forEach(i -> world.post(many, "later " + i));
        Database db = world.peer.db();
        assertEquals(
                asked(db, it -> posts.view(it.asOf(t.value()), few)),
                asked(db, it -> posts.view(it.asOf(t.value()), many)));
        assertEquals(
                asked(db, it -> posts.view(Moment.tellable(it.asOf(t.value()), it), few)),
                asked(db, it -> posts.view(Moment.tellable(it.asOf(t.value()), it), many)));
    }

    @Test
    void aPostThatManyLikeAsksForAsMuchAsOneThatOneLikes() {
        UUID liked = world.post(few, "liked");
        UUID popular = world.post(few, "popular");
        world.like(liked, "fan");
        IntStream.range(0, 300).forEach(i -> world.like(popular, "fan " + i));
        Database db = world.peer.db();
        assertEquals(
                asked(db, it -> post.view(it, liked.toString())), asked(db, it -> post.view(it, popular.toString())));
    }

    /** By halving: of twice as many likes since, one look more. */
    @Test
    void anEarlierNumberOfLikesIsFoundWithFewLooks() {
        UUID popular = world.post(few, "popular");
        world.like(popular, "first fan");
        Database db = world.peer.db();
        int present = asked(db, it -> post.view(it.asOf(db.basisT()), popular.toString()));
        IntStream.range(0, 1_000).forEach(i -> world.like(popular, "fan " + i));
        int past = asked(world.peer.db(), it -> post.view(it.asOf(db.basisT()), popular.toString()));
        assertTrue(past < present + 200, past + " instead of " + present);
    }
}

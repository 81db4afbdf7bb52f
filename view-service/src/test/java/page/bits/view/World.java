package page.bits.view;

import static org.awaitility.Awaitility.await;
import static page.bits.peer.Attributes.ACTOR_ID;
import static page.bits.peer.Attributes.ACTOR_NAME;
import static page.bits.peer.Attributes.ADD;
import static page.bits.peer.Attributes.COMMENT_AUTHOR;
import static page.bits.peer.Attributes.COMMENT_DELETED;
import static page.bits.peer.Attributes.COMMENT_ID;
import static page.bits.peer.Attributes.COMMENT_POST;
import static page.bits.peer.Attributes.COMMENT_TEXT;
import static page.bits.peer.Attributes.COUNT;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;
import static page.bits.peer.Attributes.DB_ID;
import static page.bits.peer.Attributes.INCLUDE;
import static page.bits.peer.Attributes.POST_COMMENTS;
import static page.bits.peer.Attributes.POST_CREATOR;
import static page.bits.peer.Attributes.POST_DELETED;
import static page.bits.peer.Attributes.POST_ID;
import static page.bits.peer.Attributes.POST_IMAGE_URL;
import static page.bits.peer.Attributes.POST_LIKED_BY;
import static page.bits.peer.Attributes.POST_LIKES;
import static page.bits.peer.Attributes.POST_TEXT;
import static page.bits.peer.Attributes.RETRACT;

import datomic.Util;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import page.bits.peer.BasisT;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Facts;

/** What tests do to the database: the transactions that actions make. */
@Singleton
public class World {

    public final DatomicPeer peer;

    public World(DatomicPeer peer) {
        this.peer = peer;
    }

    /** A creator with a handle of its own, so that tests do not meet. */
    public String creator() {
        if (!peer.isReady()) {
            await().atMost(Duration.ofSeconds(60)).until(peer::isReady);
        }
        String handle = "c" + UUID.randomUUID().toString().substring(0, 12);
        transact(Util.map(CREATOR_HANDLE, handle, CREATOR_DISPLAY_NAME, "The creator " + handle));
        return handle;
    }

    /** The creator tells something else of themselves. */
    public BasisT introduce(String handle, String bio) {
        return transact(Util.map(DB_ID, Util.list(CREATOR_HANDLE, handle), CREATOR_BIO, bio));
    }

    public UUID post(String handle, String text) {
        UUID id = UUID.randomUUID();
        transact(newPost(id, handle, text), countPosts(Util.list(CREATOR_HANDLE, handle), 1));
        return id;
    }

    public static Map<?, ?> newPost(UUID id, String handle, String text) {
        return Util.map(POST_ID, id, POST_CREATOR, Util.list(CREATOR_HANDLE, handle), POST_TEXT, text);
    }

    /** What keeps {@code :creator/posts} right. */
    private static List<?> countPosts(Object creator, long more) {
        return Util.list(COUNT, creator, CREATOR_POSTS, more);
    }

    public BasisT picture(UUID post, String url) {
        return transact(Util.map(DB_ID, ref(post), POST_IMAGE_URL, url));
    }

    public BasisT edit(UUID post, String text) {
        return transact(Util.map(DB_ID, ref(post), POST_TEXT, text));
    }

    public BasisT like(UUID post, String actor) {
        return transact(
                Util.map(ACTOR_ID, actor, DB_ID, "actor"),
                Util.list(INCLUDE, ref(post), POST_LIKED_BY, POST_LIKES, actor, "actor"));
    }

    public BasisT comment(UUID post, String actor, String text) {
        return comment(UUID.randomUUID(), post, actor, text);
    }

    /** By an actor whose name is their id. */
    public BasisT comment(UUID comment, UUID post, String actor, String text) {
        return transact(
                Util.map(ACTOR_ID, actor, ACTOR_NAME, actor, DB_ID, "actor"),
                Util.map(COMMENT_ID, comment, COMMENT_POST, ref(post), COMMENT_AUTHOR, "actor", COMMENT_TEXT, text),
                Util.list(COUNT, ref(post), POST_COMMENTS, 1L));
    }

    /** The actor goes by another name from now on. */
    public BasisT rename(String actor, String name) {
        return transact(Util.map(DB_ID, Util.list(ACTOR_ID, actor), ACTOR_NAME, name));
    }

    /** Retracts the comment's own facts but keeps its id. */
    public BasisT deleteComment(UUID comment) {
        Object entity = peer.db().entid(Util.list(COMMENT_ID, comment));
        Object post = Facts.of(peer.db(), entity, COMMENT_POST).orElseThrow().v();
        return transact(
                Util.list(ADD, entity, COMMENT_DELETED, true),
                Util.list(RETRACT, entity, COMMENT_POST),
                Util.list(RETRACT, entity, COMMENT_AUTHOR),
                Util.list(RETRACT, entity, COMMENT_TEXT),
                Util.list(COUNT, post, POST_COMMENTS, -1L));
    }

    /** Retracts the post's own facts but keeps its id, and who liked it. */
    public BasisT delete(UUID post) {
        Object entity = peer.db().entid(ref(post));
        Object creator = Facts.of(peer.db(), entity, POST_CREATOR).orElseThrow().v();
        return transact(Stream.concat(
                        Stream.of(POST_CREATOR, POST_TEXT, POST_IMAGE_URL, POST_LIKES, POST_COMMENTS)
                                .map(attribute -> Util.list(RETRACT, entity, attribute)),
                        Stream.of(Util.list(ADD, entity, POST_DELETED, true), countPosts(creator, -1)))
                .toArray());
    }

    public BasisT transact(Object... data) {
        return peer.transact(List.of(data)).join().t();
    }

    private static List<?> ref(UUID post) {
        return Util.list(POST_ID, post);
    }
}

package page.bits.cluster.history;

import java.util.Set;

/** What is known of a creator, a post or a comment at one time. */
sealed interface Thing {

    /**
     * @param owner the subject of an actor
     * @param posts what the counter says
     */
    record Creator(String owner, String displayName, long posts) implements Thing {}

    /**
     * @param creator {@code creator:<handle>}
     * @param textT the t of the newest text
     * @param likedBy the subjects of actors
     * @param likes what the counter says
     * @param comments what the counter says
     */
    record Post(String creator, String text, long textT, Set<String> likedBy, long likes, long comments)
            implements Thing {

        public Post {
            likedBy = Set.copyOf(likedBy);
        }
    }

    /** @param post {@code post:<id>} */
    record Comment(String post, String author, String text) implements Thing {}

    /**
     * @param left attributes that it still has, besides its id, that it is deleted, and who liked it
     * @param likedBy the subjects of those who liked it before
     */
    record Deleted(Set<String> left, Set<String> likedBy) implements Thing {

        public Deleted {
            left = Set.copyOf(left);
            likedBy = Set.copyOf(likedBy);
        }
    }

    static String creator(String handle) {
        return "creator:" + handle;
    }

    static String post(String id) {
        return "post:" + id;
    }

    static String comment(String id) {
        return "comment:" + id;
    }
}

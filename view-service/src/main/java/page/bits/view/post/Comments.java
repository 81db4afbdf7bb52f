package page.bits.view.post;

import static page.bits.peer.Attributes.ACTOR_ID;
import static page.bits.peer.Attributes.ACTOR_NAME;
import static page.bits.peer.Attributes.COMMENT_AUTHOR;
import static page.bits.peer.Attributes.COMMENT_ID;
import static page.bits.peer.Attributes.COMMENT_POST;
import static page.bits.peer.Attributes.COMMENT_TEXT;

import datomic.Database;
import datomic.Datom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import page.bits.peer.Facts;
import page.bits.view.Timeline;

/** What the feature asks of the database about comments. */
final class Comments {

    /** The comments on a post. */
    static final Timeline ON_POST = new Timeline(COMMENT_ID, COMMENT_POST);

    private Comments() {}

    /**
     * The comments that refer to their post by these datoms.
     *
     * @param references newest first
     * @return oldest first
     */
    static List<Comment> of(Database db, List<Datom> references) {
        Map<Object, Comment.Author> authors = new HashMap<>();
        List<Comment> comments = new ArrayList<>(references.size());
        for (Datom reference : references) {
            Object comment = reference.e();
            Object author = Facts.of(db, comment, COMMENT_AUTHOR).orElseThrow().v();
            comments.add(new Comment(
                    Facts.value(db, comment, COMMENT_ID, UUID.class).orElseThrow(),
                    (Long) comment,
                    authors.computeIfAbsent(author, actor -> author(db, actor)),
                    Facts.value(db, comment, COMMENT_TEXT, String.class).orElseThrow(),
                    Facts.instant(db, reference.tx())));
        }
        Collections.reverse(comments);
        return comments;
    }

    private static Comment.Author author(Database db, Object actor) {
        return new Comment.Author(
                Facts.value(db, actor, ACTOR_ID, String.class).orElseThrow(),
                Facts.value(db, actor, ACTOR_NAME, String.class).orElse(""));
    }
}

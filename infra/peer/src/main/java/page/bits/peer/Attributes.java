package page.bits.peer;

import clojure.lang.Keyword;

/** The names in the schema (see {@code schema/*.edn}, which tell what each means), in the one place where they are spelled in Java. */
public final class Attributes {

    public static final Keyword DB_ID = Keyword.intern("db", "id");
    public static final Keyword DB_IDENT = Keyword.intern("db", "ident");
    public static final Keyword DB_DOC = Keyword.intern("db", "doc");
    public static final Keyword TX_INSTANT = Keyword.intern("db", "txInstant");
    public static final Keyword CAS = Keyword.intern("db", "cas");
    public static final Keyword ADD = Keyword.intern("db", "add");
    public static final Keyword RETRACT = Keyword.intern("db", "retract");
    public static final Keyword RETRACT_ENTITY = Keyword.intern("db", "retractEntity");

    public static final Keyword INCLUDE = Keyword.intern("bits", "include");
    public static final Keyword EXCLUDE = Keyword.intern("bits", "exclude");
    public static final Keyword COUNT = Keyword.intern("bits", "count");

    public static final Keyword HISTORY = Keyword.intern("bits", "history");
    public static final Keyword HISTORY_EPOCH = Keyword.intern("history", "epoch");

    public static final Keyword ACTION_NAME = Keyword.intern("action", "name");
    public static final Keyword ACTION_BATCH = Keyword.intern("action", "batch");
    public static final Keyword ACTION_ACTOR = Keyword.intern("action", "actor");
    public static final Keyword ACTION_TRACE_ID = Keyword.intern("action", "trace-id");
    public static final Keyword ACTION_SPAN_ID = Keyword.intern("action", "span-id");
    public static final Keyword ACTION_IDEMPOTENCY_KEY = Keyword.intern("action", "idempotency-key");
    public static final Keyword ACTION_FINGERPRINT = Keyword.intern("action", "fingerprint");
    public static final Keyword ACTION_RESULT = Keyword.intern("action", "result");

    public static final Keyword ACTOR_ID = Keyword.intern("actor", "id");
    public static final Keyword ACTOR_ISSUER = Keyword.intern("actor", "issuer");
    public static final Keyword ACTOR_SUBJECT = Keyword.intern("actor", "subject");
    public static final Keyword ACTOR_NAME = Keyword.intern("actor", "name");

    public static final Keyword CREATOR_HANDLE = Keyword.intern("creator", "handle");
    public static final Keyword CREATOR_DISPLAY_NAME = Keyword.intern("creator", "display-name");
    public static final Keyword CREATOR_BIO = Keyword.intern("creator", "bio");
    public static final Keyword CREATOR_AVATAR_URL = Keyword.intern("creator", "avatar-url");
    public static final Keyword CREATOR_OWNER = Keyword.intern("creator", "owner");
    public static final Keyword CREATOR_POSTS = Keyword.intern("creator", "posts");

    public static final Keyword POST_ID = Keyword.intern("post", "id");
    public static final Keyword POST_CREATOR = Keyword.intern("post", "creator");
    public static final Keyword POST_TEXT = Keyword.intern("post", "text");
    public static final Keyword POST_IMAGE_URL = Keyword.intern("post", "image-url");
    public static final Keyword POST_LIKED_BY = Keyword.intern("post", "liked-by");
    public static final Keyword POST_LIKES = Keyword.intern("post", "likes");
    public static final Keyword POST_COMMENTS = Keyword.intern("post", "comments");
    public static final Keyword POST_REV = Keyword.intern("post", "rev");
    public static final Keyword POST_DELETED = Keyword.intern("post", "deleted");

    public static final Keyword COMMENT_ID = Keyword.intern("comment", "id");
    public static final Keyword COMMENT_POST = Keyword.intern("comment", "post");
    public static final Keyword COMMENT_AUTHOR = Keyword.intern("comment", "author");
    public static final Keyword COMMENT_TEXT = Keyword.intern("comment", "text");
    public static final Keyword COMMENT_DELETED = Keyword.intern("comment", "deleted");

    /** The temporary id that stands for the transaction entity itself in transaction data. */
    public static final String THIS_TRANSACTION = "datomic.tx";

    private Attributes() {}
}

package page.bits.contract;

/**
 * A field of an action's body.
 *
 * @param required whether leaving it out is a fault; where it is not, {@code null} is none either
 */
record Field(String name, boolean required, Kind kind) {

    /** What a field may hold. */
    enum Kind {
        HANDLE,
        DISPLAY_NAME,
        BIO,
        URL,
        POST_TEXT,
        COMMENT_TEXT,
        ID,
        T
    }

    static Field required(String name, Kind kind) {
        return new Field(name, true, kind);
    }

    static Field optional(String name, Kind kind) {
        return new Field(name, false, kind);
    }
}

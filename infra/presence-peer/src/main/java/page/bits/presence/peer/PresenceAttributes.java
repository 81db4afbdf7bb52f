package page.bits.presence.peer;

import clojure.lang.Keyword;
import page.bits.peer.Schema;

/** The names in the schema of the presence database ({@code schema/presence.edn} tells what each means). */
public final class PresenceAttributes {

    /** With its own history, so that an id of one database's stream never passes for an id of the other's. */
    public static final Schema SCHEMA = Schema.of("history", "presence");

    public static final Keyword NODE_ID = Keyword.intern("presence.node", "id");
    public static final Keyword NODE_LEASE = Keyword.intern("presence.node", "lease");
    public static final Keyword NODE_ENDED = Keyword.intern("presence.node", "ended");
    public static final Keyword NODE_SWEPT = Keyword.intern("presence.node", "swept");

    public static final Keyword ROOM_KEY = Keyword.intern("presence.room", "key");
    public static final Keyword ROOM_NODE = Keyword.intern("presence.room", "node");
    public static final Keyword ROOM_CREATOR = Keyword.intern("presence.room", "creator");
    public static final Keyword ROOM_NAMED = Keyword.intern("presence.room", "named");
    public static final Keyword ROOM_ANONYMOUS = Keyword.intern("presence.room", "anonymous");

    private PresenceAttributes() {}
}

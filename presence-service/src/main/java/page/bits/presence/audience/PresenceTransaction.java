package page.bits.presence.audience;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import page.bits.peer.Transaction;
import page.bits.presence.Handle;
import page.bits.presence.peer.NamedViewer;
import page.bits.presence.peer.PresenceAttributes;

/**
 * What one transaction says of presence, sorted so that what refers to something comes after it: nodes, then rooms, then viewers.
 * A room is what one node knows of one creator's viewers.
 *
 * @param t its t
 */
public record PresenceTransaction(long t, List<NodeFact> nodes, List<RoomFact> rooms, List<ViewerFact> viewers) {

    private static final Set<Keyword> OF_NODES = Set.of(
            PresenceAttributes.NODE_ID,
            PresenceAttributes.NODE_LEASE,
            PresenceAttributes.NODE_ENDED,
            PresenceAttributes.NODE_SWEPT);

    /** One fact of a node that was added or taken away. */
    public record NodeFact(long node, Keyword attribute, Object value, boolean added) {}

    /** That a node has a room from now on. */
    public record RoomFact(long room, long node, Handle creator) {}

    /**
     * That a viewer is in a room, or not any more.
     *
     * @param named none for one who is not named
     * @param anonymous the key of that one
     */
    public record ViewerFact(long room, Optional<NamedViewer> named, long anonymous, boolean added) {}

    /** @param db any value of that database, for the names of its attributes */
    public static PresenceTransaction of(Transaction transaction, Database db) {
        List<NodeFact> nodes = new ArrayList<>();
        Map<Long, Long> nodesOfRooms = new HashMap<>();
        Map<Long, Handle> creatorsOfRooms = new LinkedHashMap<>();
        List<ViewerFact> viewers = new ArrayList<>();
        for (Datom datom : transaction.datoms()) {
            long entity = ((Number) datom.e()).longValue();
            Keyword attribute = (Keyword) db.ident(datom.a());
            if (attribute == PresenceAttributes.ROOM_NAMED) {
                NamedViewer named = NamedViewer.parse((String) datom.v());
                viewers.add(new ViewerFact(entity, Optional.of(named), 0, datom.added()));
            } else if (attribute == PresenceAttributes.ROOM_ANONYMOUS) {
                viewers.add(new ViewerFact(entity, Optional.empty(), (Long) datom.v(), datom.added()));
            } else if (OF_NODES.contains(attribute)) {
                nodes.add(new NodeFact(entity, attribute, datom.v(), datom.added()));
            } else if (attribute == PresenceAttributes.ROOM_NODE && datom.added()) {
                nodesOfRooms.put(entity, ((Number) datom.v()).longValue());
            } else if (attribute == PresenceAttributes.ROOM_CREATOR && datom.added()) {
                creatorsOfRooms.put(entity, new Handle((String) datom.v()));
            }
        }
        List<RoomFact> rooms = creatorsOfRooms.entrySet().stream()
                .map(room -> new RoomFact(room.getKey(), nodesOfRooms.get(room.getKey()), room.getValue()))
                .toList();
        return new PresenceTransaction(transaction.t().value(), nodes, rooms, viewers);
    }

    /** The nodes that count as dead from this transaction on. */
    LongStream swept() {
        return nodes.stream()
                .filter(fact -> fact.added() && fact.attribute() == PresenceAttributes.NODE_SWEPT)
                .mapToLong(NodeFact::node);
    }
}

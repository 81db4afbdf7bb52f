package page.bits.cluster.presence;

import datomic.Database;
import datomic.Datom;
import datomic.Log;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who was where at each t, as the log of the presence database has it.
 *
 * @param instants of all transactions, by their t; in milliseconds of the transactor's clock
 * @param rooms what changed in each room, by t
 */
record StoredPresence(NavigableMap<Long, Long> instants, Map<String, NavigableMap<Long, State>> rooms) {

    /**
     * Who is in a room.
     *
     * @param named in any order, each once
     * @param nameless how many others there are
     */
    record State(Map<String, Named> named, int nameless) {

        static final State EMPTY = new State(Map.of(), 0);

        State {
            named = Map.copyOf(named);
        }

        Presence presence() {
            return Presence.of(named.values(), nameless);
        }
    }

    /** Reads all up to what the transactor says is newest. */
    @SuppressWarnings("unchecked") // Datomic's maps are raw; what each key holds is documented at Log
    static StoredPresence read(PresenceDatabase database) throws Exception {
        Database db = database.newest();
        Replay replay = new Replay(db);
        for (Map<?, ?> transaction : database.log().txRange(null, db.basisT() + 1)) {
            replay.take((Long) transaction.get(Log.T), (Iterable<Datom>) transaction.get(Log.DATA));
        }
        return new StoredPresence(replay.instants, replay.changes);
    }

    /** Who is in a room as of a t. */
    State at(String room, long t) {
        Map.Entry<Long, State> newest = changes(room).floorEntry(t);
        return newest == null ? State.EMPTY : newest.getValue();
    }

    /** What changed in a room, by t. */
    NavigableMap<Long, State> changes(String room) {
        return rooms.getOrDefault(room, new TreeMap<>());
    }

    /** Keeps what is true now, and puts down what changes. */
    private static final class Replay {

        private static final class Node {
            private boolean swept;
            private final Set<Object> rooms = new HashSet<>();
        }

        private static final class Room {
            private Object node;
            private String creator = "";
            private final Map<String, Named> named = new LinkedHashMap<>();
            private final Set<Object> nameless = new HashSet<>();
        }

        private final NavigableMap<Long, Long> instants = new TreeMap<>();
        private final Map<String, NavigableMap<Long, State>> changes = new HashMap<>();
        private final Database db;
        private final Map<Object, String> attributes = new HashMap<>();
        private final Map<Object, Node> nodes = new HashMap<>();
        private final Map<Object, Room> rooms = new HashMap<>();
        private final Map<String, Set<Object>> byCreator = new HashMap<>();

        Replay(Database db) {
            this.db = db;
        }

        void take(long t, Iterable<Datom> datoms) {
            Set<String> touched = new HashSet<>();
            List<Datom> added = new ArrayList<>();
            for (Datom datom : datoms) {
                if (datom.added()) {
                    added.add(datom);
                } else {
                    take(t, datom, touched);
                }
            }
            added.forEach(datom -> take(t, datom, touched));
            for (String creator : touched) {
                State state = state(creator);
                NavigableMap<Long, State> before = changes.computeIfAbsent(creator, key -> new TreeMap<>());
                if (before.isEmpty() || !before.lastEntry().getValue().equals(state)) {
                    before.put(t, state);
                }
            }
        }

        private void take(long t, Datom datom, Set<String> touched) {
            switch (attributes.computeIfAbsent(datom.a(), id -> db.ident(id).toString())) {
                case ":db/txInstant" -> {
                    if (datom.added() && datom.e().equals(datom.tx())) {
                        instants.put(t, ((Date) datom.v()).getTime());
                    }
                }
                case ":presence.node/swept" -> {
                    Node node = node(datom.e());
                    node.swept = datom.added() && (Boolean) datom.v();
                    node.rooms.forEach(room -> touched.add(room(room).creator));
                }
                case ":presence.room/node" -> {
                    touched.add(room(datom.e()).creator);
                    room(datom.e()).node = datom.added() ? datom.v() : null;
                    set(node(datom.v()).rooms, datom.e(), datom.added());
                }
                case ":presence.room/creator" -> {
                    Room room = room(datom.e());
                    touched.add((String) datom.v());
                    set(
                            byCreator.computeIfAbsent((String) datom.v(), key -> new HashSet<>()),
                            datom.e(),
                            datom.added());
                    room.creator = datom.added() ? (String) datom.v() : room.creator;
                }
                case ":presence.room/named" -> {
                    Named viewer = Named.decoded((String) datom.v());
                    Map<String, Named> named = room(datom.e()).named;
                    if (datom.added()) {
                        named.put(viewer.id(), viewer);
                    } else {
                        named.remove(viewer.id(), viewer);
                    }
                    touched.add(room(datom.e()).creator);
                }
                case ":presence.room/anonymous" -> {
                    set(room(datom.e()).nameless, datom.v(), datom.added());
                    touched.add(room(datom.e()).creator);
                }
                default -> {
                    // Of no meaning for who is there.
                }
            }
        }

        /** The union over all nodes that are not swept; who is at several is there since the first. */
        private State state(String creator) {
            Map<String, Named> named = new HashMap<>();
            Set<Object> nameless = new HashSet<>();
            for (Object id : byCreator.getOrDefault(creator, Set.of())) {
                Room room = room(id);
                if (room.node != null && !node(room.node).swept) {
                    room.named.forEach((key, viewer) ->
                            named.merge(key, viewer, (one, other) -> one.since() <= other.since() ? one : other));
                    nameless.addAll(room.nameless);
                }
            }
            return new State(named, nameless.size());
        }

        private Node node(Object id) {
            return nodes.computeIfAbsent(id, key -> new Node());
        }

        private Room room(Object id) {
            return rooms.computeIfAbsent(id, key -> new Room());
        }

        private static void set(Collection<Object> values, Object value, boolean present) {
            if (present) {
                values.add(value);
            } else {
                values.remove(value);
            }
        }
    }
}

package page.bits.presence.audience;

import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import page.bits.peer.Facts;
import page.bits.presence.Handle;
import page.bits.presence.Pseudonyms;
import page.bits.presence.peer.NamedViewer;
import page.bits.presence.peer.PresenceAttributes;

/**
 * Who is on one creator's page: the union of the viewers that all nodes have recorded that were not swept. Read from a database
 * value once, and brought further by the transactions after it, each for what it changes and not for how many there are.
 *
 * <p>Someone whom several nodes have recorded, or who is here by name and without, counts once. Of several records of one person
 * the one with the earliest since is shown, and of those the newest.
 *
 * <p>Not for several threads at once.
 */
public final class Audience {

    /** How many are shown by name. */
    public static final int SHOWN = 100;

    private static final Comparator<NamedViewer> LONGEST_HERE_FIRST =
            Comparator.comparing(NamedViewer::since).thenComparing(NamedViewer::id);

    private final Pseudonyms pseudonyms;
    private final Map<Long, Room> rooms = new HashMap<>();

    /** In how many rooms each is recorded, by their key. */
    private final Map<Long, Integer> present = new HashMap<>();

    /** The records of each person, by their id. */
    private final Map<String, List<Recorded>> people = new HashMap<>();

    private final NavigableSet<NamedViewer> shown = new TreeSet<>(LONGEST_HERE_FIRST);
    private final long basis;

    /** What one living node has recorded. */
    private static final class Room {

        private final long node;
        private final Map<NamedViewer, Long> named = new HashMap<>();
        private final Set<Long> anonymous = new HashSet<>();

        Room(long node) {
            this.node = node;
        }
    }

    private record Recorded(long room, NamedViewer viewer, long t) {

        private static final Comparator<Recorded> SHOWN_FIRST = Comparator.comparing(
                        (Recorded recorded) -> recorded.viewer().since())
                .thenComparing(Recorded::t, Comparator.reverseOrder())
                .thenComparing(Recorded::room, Comparator.reverseOrder());
    }

    private Audience(Pseudonyms pseudonyms, long basis) {
        this.pseudonyms = pseudonyms;
        this.basis = basis;
    }

    /** Reads all of it, which takes as long as there are viewers. */
    public static Audience of(Database db, Handle creator, Pseudonyms pseudonyms) {
        Audience audience = new Audience(pseudonyms, db.basisT());
        for (long room : roomsOf(db, creator)) {
            long node = nodeOf(db, room);
            if (!isLiving(db, node)) {
                continue;
            }
            audience.addRoom(room, node);
            for (Datom datom : db.datoms(Database.EAVT, room, PresenceAttributes.ROOM_NAMED)) {
                audience.add(room, NamedViewer.parse((String) datom.v()), t(datom));
            }
            for (Datom datom : db.datoms(Database.EAVT, room, PresenceAttributes.ROOM_ANONYMOUS)) {
                audience.add(room, (Long) datom.v());
            }
        }
        return audience;
    }

    /**
     * Those whom {@link #view} shows by name in a database value, also one as of an earlier t. Costs as much as they are, and of an
     * earlier t also as who was here before them.
     */
    public static List<NamedViewer> shown(Database db, Handle creator) {
        Map<String, Recorded> people = new HashMap<>();
        for (long room : roomsOf(db, creator)) {
            if (isLiving(db, nodeOf(db, room))) {
                // Whoever is among the first of all is among the first of a room that has the record that is shown.
                int read = 0;
                for (Datom datom : db.datoms(Database.EAVT, room, PresenceAttributes.ROOM_NAMED)) {
                    NamedViewer viewer = NamedViewer.parse((String) datom.v());
                    people.merge(
                            viewer.id(),
                            new Recorded(room, viewer, t(datom)),
                            (one, other) -> Recorded.SHOWN_FIRST.compare(one, other) <= 0 ? one : other);
                    if (++read == SHOWN) {
                        break;
                    }
                }
            }
        }
        return people.values().stream()
                .map(Recorded::viewer)
                .sorted(LONGEST_HERE_FIRST)
                .limit(SHOWN)
                .toList();
    }

    private static List<Long> roomsOf(Database db, Handle creator) {
        List<Long> rooms = new ArrayList<>();
        db.datoms(Database.AVET, PresenceAttributes.ROOM_CREATOR, creator.value())
                .forEach(datom -> rooms.add(((Number) datom.e()).longValue()));
        return rooms;
    }

    private static long nodeOf(Database db, long room) {
        return Facts.value(db, room, PresenceAttributes.ROOM_NODE, Number.class)
                .orElseThrow()
                .longValue();
    }

    private static boolean isLiving(Database db, long node) {
        return !Facts.value(db, node, PresenceAttributes.NODE_SWEPT, Boolean.class)
                .orElse(false);
    }

    private static long t(Datom datom) {
        return Peer.toT(datom.tx());
    }

    /** The t of the database value that it was read from: it holds that and every transaction before it. */
    public long basis() {
        return basis;
    }

    public AudienceView view() {
        return new AudienceView(present.size(), shown.stream().limit(SHOWN).toList());
    }

    /** How this person is shown, or would be if fewer were here; none if not here by name. */
    public Optional<NamedViewer> person(String id) {
        return Optional.ofNullable(people.get(id)).map(Audience::shownOf);
    }

    /** The rooms that it is the union of. */
    Set<Long> rooms() {
        return rooms.keySet();
    }

    /** A living node has begun to record viewers of this creator. */
    public void addRoom(long room, long node) {
        rooms.putIfAbsent(room, new Room(node));
    }

    /**
     * A transaction says that a viewer is in one of the rooms, or not any more.
     *
     * @param t of the transaction
     */
    public void apply(PresenceTransaction.ViewerFact fact, long t) {
        if (fact.named().isPresent()) {
            if (fact.added()) {
                add(fact.room(), fact.named().get(), t);
            } else {
                remove(fact.room(), fact.named().get());
            }
        } else if (fact.added()) {
            add(fact.room(), fact.anonymous());
        } else {
            remove(fact.room(), fact.anonymous());
        }
    }

    /**
     * A node was swept: whoever it alone has recorded is not here any more.
     *
     * @return the rooms that it had here, which are none of this audience any more
     */
    public List<Long> sweep(long node) {
        List<Long> swept = rooms.entrySet().stream()
                .filter(room -> room.getValue().node == node)
                .map(Map.Entry::getKey)
                .toList();
        for (long id : swept) {
            Room room = rooms.remove(id);
            room.named.forEach((viewer, t) -> hide(id, viewer, t));
            room.anonymous.forEach(this::hide);
        }
        return swept;
    }

    private void add(long id, NamedViewer viewer, long t) {
        if (rooms.get(id).named.putIfAbsent(viewer, t) == null) {
            show(pseudonyms.ofActor(viewer.id()));
            change(viewer.id(), records -> records.add(new Recorded(id, viewer, t)));
        }
    }

    private void remove(long id, NamedViewer viewer) {
        Long t = rooms.get(id).named.remove(viewer);
        if (t != null) {
            hide(id, viewer, t);
        }
    }

    private void add(long id, long anonymous) {
        if (rooms.get(id).anonymous.add(anonymous)) {
            show(anonymous);
        }
    }

    private void remove(long id, long anonymous) {
        if (rooms.get(id).anonymous.remove(anonymous)) {
            hide(anonymous);
        }
    }

    private void hide(long room, NamedViewer viewer, long t) {
        hide(pseudonyms.ofActor(viewer.id()));
        change(viewer.id(), records -> records.remove(new Recorded(room, viewer, t)));
    }

    private void show(long key) {
        present.merge(key, 1, Integer::sum);
    }

    private void hide(long key) {
        present.computeIfPresent(key, (ignored, rooms) -> rooms == 1 ? null : Integer.valueOf(rooms - 1));
    }

    private void change(String person, Consumer<List<Recorded>> change) {
        List<Recorded> records = people.computeIfAbsent(person, ignored -> new ArrayList<>(1));
        if (!records.isEmpty()) {
            shown.remove(shownOf(records));
        }
        change.accept(records);
        if (records.isEmpty()) {
            people.remove(person);
        } else {
            shown.add(shownOf(records));
        }
    }

    private static NamedViewer shownOf(List<Recorded> records) {
        return records.stream().min(Recorded.SHOWN_FIRST).orElseThrow().viewer();
    }
}

package page.bits.cluster.history;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import page.bits.cluster.history.Entry.Fact;
import page.bits.cluster.hosted.FreshConnection;

/**
 * What the database holds, read by a peer of this process, which none of the services has a part in.
 *
 * @param entries all transactions from some t on, in order
 * @param now what the indexes hold in the end of all that those transactions are about
 */
record StoredLog(List<Entry> entries, Map<String, Thing> now) {

    StoredLog {
        entries = List.copyOf(entries);
        now = Map.copyOf(now);
    }

    /**
     * Connects anew and reads up to what the transactor says is newest.
     *
     * @param from the t to begin at
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // Datomic's maps are raw; what each key holds is documented at Log
    static StoredLog read(String uri, long from) throws Exception {
        Connection connection = FreshConnection.to(uri);
        try {
            Database db = connection.sync().get(1, TimeUnit.MINUTES);
            Names names = new Names(db);
            List<Entry> entries = new ArrayList<>();
            for (Map entry : connection.log().txRange(from, db.basisT() + 1)) {
                entries.add(names.entry((Long) entry.get(Log.T), (Iterable<Datom>) entry.get(Log.DATA)));
            }
            return new StoredLog(entries, names.now());
        } finally {
            connection.release();
        }
    }

    /** Puts names in place of entity ids; they stay with whatever is deleted. */
    private static final class Names {

        private static final Map<String, String> BY_ID =
                Map.of("creator/handle", "creator:", "post/id", "post:", "comment/id", "comment:", "actor/subject", "");

        /** What else there is of these things is no part of what any action promises. */
        private static final Set<String> TOLD = Set.of(
                "creator/handle",
                "creator/owner",
                "creator/display-name",
                "creator/posts",
                "post/id",
                "post/creator",
                "post/text",
                "post/liked-by",
                "post/likes",
                "post/comments",
                "post/deleted",
                "comment/id",
                "comment/post",
                "comment/author",
                "comment/text",
                "comment/deleted");

        private static final Set<String> REFERENCES =
                Set.of("creator/owner", "post/creator", "post/liked-by", "comment/post", "comment/author");

        private final Database db;
        private final Map<Object, String> attributes = new HashMap<>();
        private final Map<Object, String> entities = new HashMap<>();

        Names(Database db) {
            this.db = db;
        }

        Entry entry(long t, Iterable<Datom> datoms) {
            Map<String, Object> transaction = new HashMap<>();
            List<Fact> facts = new ArrayList<>();
            for (Datom datom : datoms) {
                if (datom.e().equals(datom.tx())) {
                    transaction.put(attribute(datom), datom.v());
                } else {
                    fact(datom).ifPresent(facts::add);
                }
            }
            return new Entry(
                    t,
                    Optional.ofNullable((String) transaction.get("action/name")),
                    Optional.ofNullable(transaction.get("action/actor")).map(this::entity),
                    transaction.containsKey("action/idempotency-key"),
                    Optional.ofNullable((String) transaction.get("action/trace-id")),
                    facts);
        }

        /** Of those that were named so far, by the indexes. */
        Map<String, Thing> now() {
            Facts facts = new Facts();
            Map<Object, String> named = entities.entrySet().stream()
                    .filter(entry -> entry.getValue().contains(":"))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            for (Object entity : named.keySet()) {
                for (Datom datom : db.datoms(Database.EAVT, entity)) {
                    fact(datom).ifPresent(fact -> facts.add(Peer.toT(datom.tx()), List.of(fact)));
                }
            }
            return facts.things();
        }

        private Optional<Fact> fact(Datom datom) {
            String attribute = attribute(datom);
            if (!TOLD.contains(attribute)) {
                return Optional.empty();
            }
            Object value = REFERENCES.contains(attribute) ? entity(datom.v()) : datom.v();
            return Optional.of(new Fact(entity(datom.e()), attribute, value, datom.added()));
        }

        private String attribute(Datom datom) {
            return attributes.computeIfAbsent(
                    datom.a(), id -> db.ident(id).toString().substring(1));
        }

        private String entity(Object id) {
            return entities.computeIfAbsent(
                    id,
                    key -> BY_ID.entrySet().stream()
                            .flatMap(entry -> {
                                Object attribute = Util.read(":" + entry.getKey());
                                for (Datom datom : db.datoms(Database.EAVT, id, attribute)) {
                                    return Stream.of(entry.getValue() + datom.v());
                                }
                                return Stream.empty();
                            })
                            .findFirst()
                            .orElseGet(() -> "entity " + id));
        }
    }
}

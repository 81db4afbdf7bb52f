package page.bits.cluster.crash;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Peer;
import datomic.Util;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import page.bits.cluster.crash.History.Entry;

/**
 * What a peer sees of the database: the transactions in the log, and a digest of each entity of the load, once read through
 * the indexes and once worked out from the log alone.
 *
 * @param basis the t up to which both go
 */
record Dump(long basis, List<Entry> log, Map<Long, String> indexed, Map<Long, String> logged) {

    @SuppressWarnings({"unchecked", "rawtypes"}) // Datomic's maps are raw; what each key holds is documented at Log
    static Dump of(Connection connection) {
        Database db = connection.db();
        long basis = db.basisT();
        List<Entry> log = new ArrayList<>();
        Entities logged = new Entities(db);
        Map<List<Object>, Object> current = new HashMap<>();
        for (Map entry : connection.log().txRange(null, basis + 1)) {
            long t = (Long) entry.get(Log.T);
            Iterable<Datom> datoms = (Iterable<Datom>) entry.get(Log.DATA);
            log.add(new Entry(t, LoadSchema.markOf(t, datoms)));
            for (Datom datom : datoms) {
                logged.historical(datom);
                List<Object> fact = List.of(datom.e(), datom.a(), datom.v());
                if (datom.added()) {
                    current.putIfAbsent(fact, datom.tx());
                } else {
                    current.remove(fact);
                }
            }
        }
        current.forEach((fact, tx) -> {
            for (Digest.View view : Digest.View.OF_NOW) {
                logged.current(view, fact.get(0), fact.get(1), fact.get(2), tx);
            }
        });
        return new Dump(basis, log, indexed(db), logged.lines());
    }

    private static Map<Long, String> indexed(Database db) {
        Entities indexed = new Entities(db);
        for (Digest.View view : Digest.View.OF_NOW) {
            for (Object attribute : view.attributes()) {
                Iterable<Datom> datoms =
                        attribute == null ? db.datoms(view.index()) : db.datoms(view.index(), attribute);
                for (Datom datom : datoms) {
                    indexed.current(view, datom.e(), datom.a(), datom.v(), datom.tx());
                }
            }
        }
        db.history().datoms(Database.EAVT).forEach(indexed::historical);
        return indexed.lines();
    }

    void write(Path path) throws IOException {
        Path partial = path.resolveSibling(path.getFileName() + ".partial");
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(partial))) {
            log.forEach(entry -> out.println(
                    "log " + entry.t() + " " + entry.mark().map(Mark::toString).orElse("-")));
            indexed.forEach((entity, digest) -> out.println("indexed " + entity + " " + digest));
            logged.forEach((entity, digest) -> out.println("logged " + entity + " " + digest));
            out.println("basis " + basis);
        }
        Files.move(partial, path);
    }

    static Dump read(Path path) throws IOException {
        long basis = -1;
        List<Entry> log = new ArrayList<>();
        Map<Long, String> indexed = new TreeMap<>();
        Map<Long, String> logged = new TreeMap<>();
        for (String line : Files.readAllLines(path)) {
            String[] words = line.split(" ", 3);
            long which = Long.parseLong(words[1]);
            switch (words[0]) {
                case "log" ->
                    log.add(new Entry(
                            which, words[2].equals("-") ? Optional.empty() : Optional.of(Mark.parse(words[2]))));
                case "indexed" -> indexed.put(which, words[2]);
                case "logged" -> logged.put(which, words[2]);
                default -> basis = which;
            }
        }
        return new Dump(basis, log, indexed, logged);
    }

    /** The digests of those entities that the load made; the others are Datomic's own, and partly not in the log. */
    private static final class Entities {

        private final Object partition;
        private final Map<Object, Object> watched = new HashMap<>();
        private final Map<Long, Digest> digests = new TreeMap<>();

        Entities(Database db) {
            this.partition = db.entid(Util.read(":db.part/user"));
            for (Object attribute : List.of(LoadSchema.KEY, LoadSchema.NUMBER)) {
                watched.put(db.entid(attribute), attribute);
            }
        }

        void current(Digest.View view, Object e, Object a, Object v, Object tx) {
            if (isOfTheLoad(e) && (!view.isPartial() || watched.containsKey(a))) {
                digestOf(e).add(view, e, a, v, tx, true);
            }
        }

        void historical(Datom datom) {
            if (isOfTheLoad(datom.e())) {
                digestOf(datom.e())
                        .add(Digest.View.HISTORY, datom.e(), datom.a(), datom.v(), datom.tx(), datom.added());
            }
        }

        private boolean isOfTheLoad(Object e) {
            return Peer.part(e).equals(partition);
        }

        private Digest digestOf(Object e) {
            return digests.computeIfAbsent((Long) e, key -> new Digest());
        }

        Map<Long, String> lines() {
            Map<Long, String> lines = new TreeMap<>();
            digests.forEach((e, digest) -> lines.put(e, digest.toString()));
            return lines;
        }
    }
}

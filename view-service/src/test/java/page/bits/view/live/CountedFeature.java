package page.bits.view.live;

import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import page.bits.peer.Transaction;
import page.bits.view.Feature;

/** {@code counted/{handle}}: what a creator is called, by a feature that counts what it is asked for. */
@Singleton
public class CountedFeature implements Feature<CountedFeature.View> {

    public record View(String name) {}

    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    /** How often the view of a key was asked for. */
    public int asked(String key) {
        return asked.getOrDefault(key, new AtomicInteger()).get();
    }

    @Override
    public String name() {
        return "counted";
    }

    @Override
    public Optional<View> view(Database db, String handle) {
        asked.computeIfAbsent(handle, key -> new AtomicInteger()).incrementAndGet();
        return Optional.ofNullable(db.entid(Util.list(CREATOR_HANDLE, handle)))
                .map(creator -> (String) db.entity(creator).get(CREATOR_DISPLAY_NAME))
                .map(View::new);
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<String> handles = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            if (db.ident(datom.a()) == CREATOR_HANDLE) {
                handles.add((String) datom.v());
            } else if (db.ident(datom.a()) == CREATOR_DISPLAY_NAME) {
                Optional.ofNullable((String) db.entity(datom.e()).get(CREATOR_HANDLE))
                        .ifPresent(handles::add);
            }
        }
        return handles;
    }

    @Override
    public Optional<?> delta(View from, View to, Database db) {
        return Optional.empty();
    }

    @Override
    public String html(String handle, View view) {
        return "<p id=\"counted-" + handle + "\">" + view.name() + "</p>";
    }
}

package page.bits.presence;

import static org.awaitility.Awaitility.await;

import datomic.Database;
import datomic.Util;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Transaction;
import page.bits.presence.peer.NamedViewer;
import page.bits.presence.peer.PresenceAttributes;
import page.bits.presence.peer.PresenceDatomicConfig;

/** A presence database in memory, and what nodes would write to it. */
public final class PresenceWorld implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Transaction> transactions = new CopyOnWriteArrayList<>();
    private final DatomicPeer peer;

    public PresenceWorld() {
        peer = new DatomicPeer(
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .withMapping(PresenceDatomicConfig.class)
                        .withDefaultValues(Map.of(
                                "bits.presence.datomic.uri",
                                "datomic:mem://" + UUID.randomUUID(),
                                "bits.presence.datomic.install-schema",
                                "true"))
                        .build()
                        .getConfigMapping(PresenceDatomicConfig.class),
                PresenceAttributes.SCHEMA,
                List.of(transactions::add),
                () -> {});
        peer.start();
        await().atMost(PATIENCE).until(peer::isReady);
    }

    /** The same as in any process with that service token. */
    public static Pseudonyms pseudonyms() {
        return new Pseudonyms("a key that tests have in common!".getBytes(StandardCharsets.UTF_8));
    }

    /** A config with all defaults but for these keys, without their prefix. */
    public static PresenceConfig config(Map<String, String> settings) {
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(PresenceConfig.class);
        settings.forEach((key, value) -> builder.withDefaultValue("bits.presence." + key, value));
        return builder.build().getConfigMapping(PresenceConfig.class);
    }

    public Database db() {
        return peer.db();
    }

    /** All transactions there were, in order, up to the newest. */
    public List<Transaction> transactions() {
        await().atMost(PATIENCE)
                .until(() -> peer.feed().last().value() == peer.db().basisT());
        return List.copyOf(transactions);
    }

    /** @return the t of it */
    public long transact(List<?> data) {
        try {
            return peer.transact(data)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .t()
                    .value();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public long addNode(String id) {
        return transact(List.of(
                Util.map(Attributes.DB_ID, "node", PresenceAttributes.NODE_ID, id, PresenceAttributes.NODE_LEASE, 1L)));
    }

    public static Object node(String id) {
        return Util.list(PresenceAttributes.NODE_ID, id);
    }

    public long renew(String id, long lease) {
        return transact(List.of(Util.list(Attributes.ADD, node(id), PresenceAttributes.NODE_LEASE, lease)));
    }

    public long sweep(String id) {
        return transact(List.of(Util.list(Attributes.ADD, node(id), PresenceAttributes.NODE_SWEPT, true)));
    }

    /** @param viewer a {@link NamedViewer} or a {@link Long} */
    public static List<Object> change(Database db, String node, Handle creator, Object viewer, boolean join) {
        List<Object> data = new ArrayList<>();
        String key = node + "/" + creator;
        Object room = db.entid(Util.list(PresenceAttributes.ROOM_KEY, key));
        if (room == null) {
            room = "room";
            data.add(Util.map(
                    Attributes.DB_ID,
                    room,
                    PresenceAttributes.ROOM_KEY,
                    key,
                    PresenceAttributes.ROOM_NODE,
                    node(node),
                    PresenceAttributes.ROOM_CREATOR,
                    creator.value()));
        }
        boolean named = viewer instanceof NamedViewer;
        data.add(Util.list(
                join ? Attributes.ADD : Attributes.RETRACT,
                room,
                named ? PresenceAttributes.ROOM_NAMED : PresenceAttributes.ROOM_ANONYMOUS,
                named ? ((NamedViewer) viewer).encoded() : viewer));
        return data;
    }

    @Override
    public void close() {
        try {
            peer.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

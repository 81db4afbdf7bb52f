package page.bits.presence.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import datomic.Util;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.peer.Schema;
import page.bits.peer.main.MainDatomicConfig;

/** Peers of both databases in one process, as action-service has them. */
class PresenceDatabaseTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<BasisT> heardOfMain = Collections.synchronizedList(new ArrayList<>());
    private final List<BasisT> heardOfPresence = Collections.synchronizedList(new ArrayList<>());
    private DatomicPeer main;
    private DatomicPeer presence;

    @BeforeEach
    void start() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredSources()
                .addDiscoveredConverters()
                .withMapping(MainDatomicConfig.class)
                .withMapping(PresenceDatomicConfig.class)
                .withDefaultValues(Map.of(
                        "bits.datomic.uri", "datomic:mem://" + UUID.randomUUID(),
                        "bits.datomic.install-schema", "true",
                        "bits.presence.datomic.install-schema", "true"))
                .build();
        main = new DatomicPeer(
                config.getConfigMapping(MainDatomicConfig.class),
                Schema.BITS,
                List.of(transaction -> heardOfMain.add(transaction.t())),
                () -> {});
        presence = new DatomicPeer(
                config.getConfigMapping(PresenceDatomicConfig.class),
                PresenceAttributes.SCHEMA,
                List.of(transaction -> heardOfPresence.add(transaction.t())),
                () -> {});
        main.start();
        presence.start();
        await().atMost(SOON).until(() -> main.isReady() && presence.isReady());
    }

    @AfterEach
    void stop() throws InterruptedException {
        main.stop();
        presence.stop();
    }

    @Test
    void eachDatabaseHasItsOwnSchemaAndEpoch() {
        for (Keyword attribute : List.of(
                PresenceAttributes.NODE_ID,
                PresenceAttributes.NODE_LEASE,
                PresenceAttributes.NODE_ENDED,
                PresenceAttributes.NODE_SWEPT,
                PresenceAttributes.ROOM_KEY,
                PresenceAttributes.ROOM_NODE,
                PresenceAttributes.ROOM_CREATOR,
                PresenceAttributes.ROOM_NAMED,
                PresenceAttributes.ROOM_ANONYMOUS)) {
            assertNotNull(presence.db().attribute(attribute), attribute.toString());
            assertNull(main.db().attribute(attribute), attribute.toString());
        }
        assertNull(presence.db().attribute(Attributes.CREATOR_HANDLE));
        assertNotEquals(Epoch.of(main.db()), Epoch.of(presence.db()));
    }

    @Test
    void whatIsWrittenToOneIsHeardOfThereAlone() throws Exception {
        BasisT mainBefore = BasisT.of(main.db());
        BasisT written = presence.transact(List.of(Util.map(
                        PresenceAttributes.NODE_ID, "abcdefghijklmnopqrstuv", PresenceAttributes.NODE_LEASE, 1L)))
                .get(30, TimeUnit.SECONDS)
                .t();
        await().atMost(SOON).until(() -> heardOfPresence.equals(List.of(written)));
        assertEquals(mainBefore, BasisT.of(main.db()));
        assertTrue(heardOfMain.isEmpty());
    }

    @Test
    void threadsTellWhoseTheyAre() {
        List<String> feeds = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("bits-feed "))
                .toList();
        assertEquals(
                1, feeds.stream().filter(name -> name.endsWith("-presence")).count());
    }
}

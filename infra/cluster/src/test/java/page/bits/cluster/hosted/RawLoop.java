package page.bits.cluster.hosted;

import datomic.Connection;
import datomic.Database;
import datomic.ListenableFuture;
import datomic.Peer;
import datomic.Util;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import page.bits.cluster.crash.ClientConfig;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Schema;

/**
 * What the database alone takes: the transactions that action-service makes of posts, submitted by a peer that does nothing
 * else. Their data are spelled out here once more; {@link ActionsBench} compares what became of them.
 */
final class RawLoop implements ActionsLoad.Loop {

    private record Page(Object creator, Object owner) {}

    private final Connection connection;
    private final Tally tally;
    private final List<String> texts = ActionsLoad.texts();
    private final List<Page> pages = new ArrayList<>();
    private final Semaphore free = new Semaphore(0);
    private volatile boolean ending;
    private int inFlight;
    private Thread submitter;
    private long number;

    RawLoop(String uri, Tally tally) throws Exception {
        this.tally = tally;
        DatomicPeer installer =
                new DatomicPeer(ClientConfig.installing(uri), Schema.BITS, List.of(), () -> System.exit(1));
        installer.start();
        installer.whenReady().get();
        installer.stop();
        connection = Peer.connect(uri);
        for (int i = 0; i < ActionsLoad.CREATORS; i++) {
            pages.add(page("author-" + i));
        }
    }

    private Page page(String handle) throws Exception {
        Map<Object, Object> actor = new HashMap<>();
        actor.put(Attributes.DB_ID, "actor");
        actor.put(Attributes.ACTOR_ID, hex(11));
        actor.put(Attributes.ACTOR_ISSUER, "urn:bits:guests");
        actor.put(Attributes.ACTOR_SUBJECT, "guest-" + hex(8));
        actor.put(Attributes.ACTOR_NAME, handle);
        Map<Object, Object> creator = new HashMap<>();
        creator.put(Attributes.DB_ID, "creator");
        creator.put(Attributes.CREATOR_HANDLE, handle);
        creator.put(Attributes.CREATOR_DISPLAY_NAME, handle);
        creator.put(Attributes.CREATOR_OWNER, "actor");
        Map<?, ?> report = connection.transactAsync(List.of(creator, actor)).get(1, TimeUnit.MINUTES);
        Database db = (Database) report.get(Connection.DB_AFTER);
        return new Page(
                db.entid(Util.list(Attributes.CREATOR_HANDLE, handle)),
                db.entid(Util.list(Attributes.ACTOR_ID, actor.get(Attributes.ACTOR_ID))));
    }

    @Override
    public void begin(ActionsLoad.Way way, int requested) {
        inFlight = requested;
        ending = false;
        free.release(inFlight);
        submitter = new Thread(() -> submit(way == ActionsLoad.Way.KEYED), "submitter");
        submitter.start();
    }

    @Override
    public void end() throws InterruptedException {
        ending = true;
        submitter.join();
        free.acquire(inFlight);
    }

    private void submit(boolean keyed) {
        while (!ending) {
            free.acquireUninterruptibly();
            long began = System.nanoTime();
            ListenableFuture<?> reply = connection.transactAsync(data(number++, keyed));
            reply.addListener(() -> settle(reply, began), Runnable::run);
        }
    }

    private void settle(ListenableFuture<?> reply, long began) {
        try {
            reply.get();
            tally.accepted(System.nanoTime() - began);
        } catch (ExecutionException | InterruptedException e) {
            tally.failed(e.toString());
        }
        free.release();
    }

    private List<Object> data(long count, boolean keyed) {
        Page page = pages.get((int) (count % pages.size()));
        UUID id = UUID.randomUUID();
        Map<Object, Object> transaction = new HashMap<>();
        transaction.put(Attributes.DB_ID, Attributes.THIS_TRANSACTION);
        transaction.put(Attributes.ACTION_NAME, ActionsBench.ACTION);
        // As an action node, which sends an actor's facts only where they are new.
        transaction.put(Attributes.ACTION_ACTOR, page.owner());
        transaction.put(Attributes.ACTION_TRACE_ID, hex(16));
        if (keyed) {
            transaction.put(Attributes.ACTION_IDEMPOTENCY_KEY, UUID.randomUUID());
            transaction.put(Attributes.ACTION_FINGERPRINT, hex(32).substring(0, 43));
            transaction.put(Attributes.ACTION_RESULT, "{\"postId\":\"" + id + "\"}");
        }
        return List.of(
                Util.list(Attributes.CAS, page.creator(), Attributes.CREATOR_OWNER, page.owner(), page.owner()),
                Util.list(Attributes.ADD, "new", Attributes.POST_ID, id),
                Util.list(Attributes.ADD, "new", Attributes.POST_CREATOR, page.creator()),
                Util.list(Attributes.ADD, "new", Attributes.POST_TEXT, texts.get((int) (count % texts.size()))),
                transaction);
    }

    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}

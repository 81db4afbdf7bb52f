package page.bits.presence.node;

import datomic.Database;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import page.bits.presence.Handle;
import page.bits.presence.PresenceConfig;
import page.bits.presence.audience.People;
import page.bits.presence.audience.PresenceTransaction;
import page.bits.presence.node.ActionClient.Outcome;

/**
 * Records in the database what this node knows: that it lives, and who is connected to it. With each tick it writes one
 * transaction at most: if something has changed, or the lease is to be renewed. Every transaction of a node brings its lease
 * further by compare-and-set, so they take effect in their order, and one that was given up fails if it comes through after
 * another, or after the node was swept.
 *
 * <p>It also sweeps nodes that are dead, and takes out what they have left.
 *
 * <p>Confined to the thread of presence, but for the figures.
 */
public final class Recorder {

    private static final Logger LOG = Logger.getLogger(Recorder.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 16;

    private final Attendance attendance;
    private final People people;
    private final Timing timing;
    private final int maxChanges;
    private final Nodes nodes;
    private final Turn writes;
    private final Turn sweeps;

    /** What this node has recorded viewers in. */
    private final Map<Long, Handle> rooms = new HashMap<>();

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final LongAdder ticks = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder swept = new LongAdder();

    private String id;

    /** What the lease was after the last write, which may not have been seen yet; 0 before the first. */
    private long lease;

    private boolean registered;
    private long reached;
    private Optional<Attendance.Batch> underWay = Optional.empty();
    private boolean ending;

    /**
     * @param people says since when somebody is shown who comes from another node
     * @param thread that of presence
     * @param clock in nanoseconds, monotonic
     */
    public Recorder(
            ActionClient actions,
            Attendance attendance,
            People people,
            Executor thread,
            LongSupplier clock,
            Timing timing,
            PresenceConfig config) {
        this.attendance = attendance;
        this.people = people;
        this.timing = timing;
        this.maxChanges = config.maxChanges();
        this.nodes = new Nodes(timing, clock);
        long patience = config.writeTimeout().toNanos();
        this.writes = new Turn(actions, thread, clock, () -> reached, patience);
        this.sweeps = new Turn(actions, thread, clock, () -> reached, patience);
    }

    /** Begins with what a database value tells; every transaction after it is handed over. */
    public void begin(Database db) {
        nodes.begin(db);
        reached = db.basisT();
        beSomebodyNew();
    }

    private void beSomebodyNew() {
        byte[] random = new byte[ID_BYTES];
        RANDOM.nextBytes(random);
        id = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        lease = 0;
        registered = false;
        rooms.clear();
        attendance.forgetRecords();
        nodes.be(id);
        LOG.infof("This node is %s", id);
    }

    /** The next transaction. */
    public void apply(PresenceTransaction transaction) {
        reached = transaction.t();
        transaction.nodes().forEach(nodes::apply);
        Optional<Nodes.Node> own = nodes.own();
        if (registered && own.map(Nodes.Node::isSwept).orElse(true)) {
            if (!ending) {
                LOG.warn("Others did not hear of this node for too long and swept it; it begins anew");
                beSomebodyNew();
            }
        } else if (own.isPresent()) {
            registered = true;
            lease = Math.max(lease, own.get().lease());
            apply(own.get(), transaction);
        }
    }

    private void apply(Nodes.Node own, PresenceTransaction transaction) {
        for (PresenceTransaction.RoomFact room : transaction.rooms()) {
            if (room.node() == own.entity()) {
                rooms.put(room.room(), room.creator());
            }
        }
        for (PresenceTransaction.ViewerFact fact : transaction.viewers()) {
            Handle creator = rooms.get(fact.room());
            if (creator != null) {
                attendance.recorded(creator, fact);
            }
        }
    }

    /** Writes what is to be written. */
    public void tick() {
        ticks.increment();
        if (!ending && nodes.mayExpire()) {
            attendance.expire();
        } else {
            attendance.forgetUnrecorded();
        }
        if (writes.isFree() && !ended.isDone()) {
            underWay.ifPresent(attendance::settled);
            underWay = Optional.empty();
            write();
        }
        if (sweeps.isFree() && !ending) {
            sweep();
        }
    }

    private void write() {
        if (ending) {
            writeEnd();
            return;
        }
        // While it is not known what is recorded, nothing can be told to change.
        Attendance.Batch batch = attendance.next(writes.isSeen() ? maxChanges : 0, people);
        if (batch.changes().isEmpty() && nodes.ownAge() < timing.renew()) {
            return;
        }
        underWay = Optional.of(batch);
        String writer = id;
        writes.ask(Write.renew(writer, lease, batch.changes()), outcome -> {
            count(outcome, written);
            if (outcome instanceof Outcome.Done done && writer.equals(id)) {
                lease = Math.max(lease, done.lease());
            }
        });
    }

    private void writeEnd() {
        if (lease == 0) {
            ended.complete(null);
            return;
        }
        writes.ask(Write.end(id, lease), outcome -> {
            count(outcome, written);
            if (outcome instanceof Outcome.Done) {
                ended.complete(null);
            }
        });
    }

    private void sweep() {
        Optional<Nodes.Node> expired = nodes.expired();
        if (expired.isPresent()) {
            Nodes.Node node = expired.get();
            LOG.infof("Node %s has ended, or is not heard of any more; it is swept", node.id());
            sweeps.ask(Write.sweep(node.id(), node.lease()), outcome -> count(outcome, swept));
            return;
        }
        nodes.forgettable().ifPresent(node -> sweeps.ask(Write.forget(node.id()), outcome -> count(outcome, written)));
    }

    private void count(Outcome outcome, LongAdder done) {
        if (outcome instanceof Outcome.Done) {
            done.increment();
        } else if (outcome instanceof Outcome.Failed) {
            failed.increment();
        }
    }

    /**
     * This node goes away: nobody is taken for gone by it any more, and it says that it ends, so that others keep its viewers for
     * as long as those may take to come to them.
     *
     * @return completed on this thread when that was written
     */
    public CompletableFuture<Void> end() {
        ending = true;
        return ended;
    }

    /** Whether the database has heard of this node. */
    public boolean isRegistered() {
        return registered;
    }

    /** Whether what this node knows may be old, since it can't write or does not hear what is written. */
    public boolean isFrozen() {
        return nodes.isFrozen();
    }

    /** For how long this node has not seen its lease go up, in nanoseconds; since its start, if it never has. */
    public long leaseAge() {
        return nodes.silence();
    }

    /** How many nodes live, as far as this one can tell. */
    public int nodes() {
        return nodes.size();
    }

    /** Times that it has looked for what is to be written. Any thread. */
    public LongAdder ticks() {
        return ticks;
    }

    /** Transactions that this node has written, sweeps apart. Any thread. */
    public LongAdder written() {
        return written;
    }

    /** Writes that failed, or of which nobody knows what became. Any thread. */
    public LongAdder failed() {
        return failed;
    }

    /** Nodes that this one has swept. Any thread. */
    public LongAdder swept() {
        return swept;
    }
}

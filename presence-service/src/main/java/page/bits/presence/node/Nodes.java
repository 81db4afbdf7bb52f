package page.bits.presence.node;

import clojure.lang.Keyword;
import datomic.Database;
import datomic.Datom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import page.bits.peer.Facts;
import page.bits.presence.audience.PresenceTransaction.NodeFact;
import page.bits.presence.peer.PresenceAttributes;

/**
 * All nodes that the database tells of, each with a lease that goes up as long as it lives, and what this one makes of them.
 *
 * <p>No two clocks are compared: each node is timed by this one's monotonic clock, from when its lease was seen to go up. While
 * this node does not see its own go up, it can't tell whether another is dead or it is itself that hears nothing: it is
 * <em>frozen</em>, and takes nobody for gone. After that, everyone has a full lease to be heard again.
 *
 * <p>Confined to the thread of presence.
 */
final class Nodes {

    private static final long NEVER = Long.MIN_VALUE;

    /** By so much later than the one before it each node sweeps, so that not all try the same at once. */
    private static final long STAGGER_NANOS = 200_000_000;

    private final Timing timing;
    private final LongSupplier clock;
    private final Map<Long, Node> nodes = new HashMap<>();
    private String ownId;
    private long recoveredAt = NEVER;

    /** When its own lease last went up, whoever this node was then; before that, when it began. */
    private long wroteAt;

    /** One start of a process, as the database tells of it. */
    static final class Node {

        private final long entity;
        private String id;
        private long lease;
        private long seenAt;
        private long endedAt = NEVER;
        private boolean swept;

        private Node(long entity) {
            this.entity = entity;
        }

        String id() {
            return id;
        }

        /** What it was last seen to be. */
        long lease() {
            return lease;
        }

        long entity() {
            return entity;
        }

        boolean isSwept() {
            return swept;
        }
    }

    Nodes(Timing timing, LongSupplier clock) {
        this.timing = timing;
        this.clock = clock;
        this.wroteAt = clock.getAsLong();
    }

    /** All that a database value tells of; each is timed from now on, and so is this node. */
    void begin(Database db) {
        wroteAt = clock.getAsLong();
        for (Datom node : db.datoms(Database.AVET, PresenceAttributes.NODE_ID)) {
            Node known = node(((Number) node.e()).longValue());
            known.id = (String) node.v();
            known.lease = Facts.value(db, node.e(), PresenceAttributes.NODE_LEASE, Long.class)
                    .orElse(0L);
            known.seenAt = clock.getAsLong();
            known.swept = isTrue(db, node, PresenceAttributes.NODE_SWEPT);
            if (isTrue(db, node, PresenceAttributes.NODE_ENDED)) {
                known.endedAt = known.seenAt;
            }
        }
    }

    private static boolean isTrue(Database db, Datom node, Keyword attribute) {
        return Facts.value(db, node.e(), attribute, Boolean.class).orElse(false);
    }

    private Node node(long entity) {
        return nodes.computeIfAbsent(entity, Node::new);
    }

    /** From now on this node is the one of that id, which nobody has heard of yet. */
    void be(String id) {
        ownId = id;
    }

    /** A transaction tells something of a node. */
    void apply(NodeFact fact) {
        if (!fact.added()) {
            if (fact.attribute() == PresenceAttributes.NODE_ID) {
                nodes.remove(fact.node());
            }
            return;
        }
        Node node = node(fact.node());
        long now = clock.getAsLong();
        if (fact.attribute() == PresenceAttributes.NODE_ID) {
            node.id = (String) fact.value();
            heardOf(node, now);
        } else if (fact.attribute() == PresenceAttributes.NODE_LEASE) {
            node.lease = (Long) fact.value();
            heardOf(node, now);
        } else if (fact.attribute() == PresenceAttributes.NODE_ENDED) {
            node.endedAt = now;
        } else if (fact.attribute() == PresenceAttributes.NODE_SWEPT) {
            node.swept = true;
        }
    }

    private void heardOf(Node node, long now) {
        node.seenAt = now;
        if (isOwn(node)) {
            if (silence() > timing.freeze()) {
                recoveredAt = now;
            }
            wroteAt = now;
        }
    }

    private boolean isOwn(Node node) {
        return ownId != null && ownId.equals(node.id);
    }

    /** This node, once a transaction has told of it. */
    Optional<Node> own() {
        return nodes.values().stream().filter(this::isOwn).findAny();
    }

    /** For how long this node's own lease has not gone up, in nanoseconds; the longest there is if it was never seen. */
    long ownAge() {
        return own().map(node -> silence()).orElse(Long.MAX_VALUE);
    }

    /** For how long this node has not seen that it wrote anything, in nanoseconds: since its start if it never has. */
    long silence() {
        return clock.getAsLong() - wroteAt;
    }

    /** Whether this node can't tell who lives. */
    boolean isFrozen() {
        return ownAge() > timing.freeze() || own().map(Node::isSwept).orElse(true);
    }

    /** Whether anybody may be taken for gone: viewers of this node as well as other nodes. */
    boolean mayExpire() {
        return !isFrozen() && (recoveredAt == NEVER || clock.getAsLong() - recoveredAt >= timing.lease());
    }

    /** One that is to be swept, if there is one: it was not heard of for its lease, or it has ended and its viewers had their time. */
    Optional<Node> expired() {
        if (!mayExpire()) {
            return Optional.empty();
        }
        long now = clock.getAsLong();
        long stagger = rank() * STAGGER_NANOS;
        return nodes.values().stream()
                .filter(node -> !node.swept && !isOwn(node))
                .filter(node -> node.endedAt == NEVER
                        ? now - node.seenAt >= timing.lease() + stagger
                        : now - node.endedAt >= timing.leave() + stagger)
                .min(Comparator.comparingLong(node -> node.seenAt));
    }

    /** One that was swept and of which something is left, if it is up to this node to take that out. */
    Optional<Node> forgettable() {
        return isFrozen() || rank() > 0
                ? Optional.empty()
                : nodes.values().stream()
                        .filter(node -> node.swept && !isOwn(node))
                        .min(Comparator.comparing(Node::id));
    }

    /** How many living nodes come before this one. */
    private long rank() {
        return living().filter(node -> node.id.compareTo(ownId) < 0).count();
    }

    private Stream<Node> living() {
        long now = clock.getAsLong();
        return nodes.values().stream()
                .filter(node -> !node.swept && node.endedAt == NEVER && now - node.seenAt < timing.lease());
    }

    /** How many nodes live, this one included, as far as it can tell. */
    int size() {
        return (int) living().count();
    }
}

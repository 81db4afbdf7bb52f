package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request, and each time it was sent. Sendings may be noted from any thread. */
final class Asked {

    private final String actor;
    private final Optional<String> key;
    private final List<Ask> asks;
    private final boolean batch;
    private final List<Attempt> attempts = new ArrayList<>();

    private Asked(String actor, Optional<String> key, List<Ask> asks, boolean batch) {
        this.actor = actor;
        this.key = key;
        this.asks = List.copyOf(asks);
        this.batch = batch;
    }

    /**
     * @param actor the subject of who asks
     * @param key the Idempotency-Key of each sending
     */
    static Asked one(String actor, Optional<String> key, Ask ask) {
        return new Asked(actor, key, List.of(ask), false);
    }

    /** Several actions in one transaction. */
    static Asked batch(String actor, Optional<String> key, List<Ask> asks) {
        return new Asked(actor, key, asks, true);
    }

    String actor() {
        return actor;
    }

    Optional<String> key() {
        return key;
    }

    List<Ask> asks() {
        return asks;
    }

    boolean isBatch() {
        return batch;
    }

    /** What its transaction is called. */
    String name() {
        return batch ? "batch" : asks.get(0).name();
    }

    synchronized void note(Attempt attempt) {
        attempts.add(attempt);
    }

    /** In the order in which they ended. */
    synchronized List<Attempt> attempts() {
        return List.copyOf(attempts);
    }

    Optional<Attempt> acknowledged() {
        return attempts().stream().filter(Attempt::isAcknowledged).findFirst();
    }

    @Override
    public String toString() {
        return "%s by %s%s"
                .formatted(asks, actor, key.map(told -> " with key " + told).orElse(""));
    }
}

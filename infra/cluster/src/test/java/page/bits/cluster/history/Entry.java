package page.bits.cluster.history;

import java.util.List;
import java.util.Optional;

/**
 * A transaction as the log has it.
 *
 * @param name of its action
 * @param actor the subject of who did it
 * @param hasKey whether it bears an Idempotency-Key
 * @param trace the trace id of the sending that made it
 * @param facts about creators, posts and comments; no others
 */
record Entry(
        long t,
        Optional<String> name,
        Optional<String> actor,
        boolean hasKey,
        Optional<String> trace,
        List<Fact> facts) {

    Entry {
        facts = List.copyOf(facts);
    }

    /**
     * A datom, with names in place of entity ids.
     *
     * @param about {@code creator:<handle>}, {@code post:<id>} or {@code comment:<id>}
     * @param attribute such as {@code post/text}
     * @param value where it is another entity, the name of that; an actor's name is the subject
     */
    record Fact(String about, String attribute, Object value, boolean added) {}
}

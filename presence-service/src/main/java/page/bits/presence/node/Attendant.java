package page.bits.presence.node;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import page.bits.presence.Handle;
import page.bits.presence.Visitor;
import page.bits.presence.Visitor.Person;
import page.bits.presence.peer.NamedViewer;

/**
 * One viewer of one creator at this node: how many connections there are, and what the database says of it. Whoever has a
 * connection with a name is recorded by name, else without; one who has none any more stays as recorded until that is over.
 */
final class Attendant {

    /** What one of them can need at once: another name, or none, instead of the one before. */
    static final int MAX_CHANGES = 3;

    private final Handle creator;
    private final long key;
    private final Instant since;

    /** Of the newest connection with a name. */
    private Person person;

    private int named;
    private int anonymous;

    /** Whether the connection that closed last had a name. */
    private boolean leftNamed;

    /** When the last connection closed, in nanoseconds. */
    private long leftAt;

    /** Whether there was a connection before those that there are now, or a record. */
    private boolean wasHere;

    private boolean over;
    private NamedViewer recordedNamed;
    private boolean recordedAnonymous;

    Attendant(Handle creator, long key, Instant since) {
        this.creator = creator;
        this.key = key;
        this.since = since;
    }

    Handle creator() {
        return creator;
    }

    long key() {
        return key;
    }

    void enter(Visitor visitor) {
        over = false;
        if (visitor.person().isPresent()) {
            person = visitor.person().get();
            named++;
        } else {
            anonymous++;
        }
    }

    void leave(Visitor visitor, long now) {
        leftNamed = visitor.person().isPresent();
        remove(visitor);
        leftAt = now;
        wasHere = true;
    }

    /** A connection was not taken after all: whoever was never here otherwise is not to be kept either. */
    void refuse(Visitor visitor, long now) {
        if (wasHere || isRecorded()) {
            leave(visitor, now);
            return;
        }
        remove(visitor);
        over = isAway();
    }

    private void remove(Visitor visitor) {
        if (visitor.person().isPresent()) {
            named--;
        } else {
            anonymous--;
        }
    }

    /** Only what was recorded tells of it. */
    void beKnownByRecord(NamedViewer viewer, long now) {
        leftAt = now;
        wasHere = true;
        leftNamed = viewer != null;
        if (viewer != null) {
            person = new Person(viewer.id(), viewer.name());
        }
    }

    /** Whether it has no connection. */
    boolean isAway() {
        return named == 0 && anonymous == 0;
    }

    long leftAt() {
        return leftAt;
    }

    /** It stayed away for as long as it may: what is recorded is to be taken back. */
    void end() {
        over = true;
    }

    /** Whether the database says that it is here. */
    boolean isRecorded() {
        return recordedNamed != null || recordedAnonymous;
    }

    /** Nothing is known of it that matters. */
    boolean isForgotten() {
        return isAway() && over && !isRecorded();
    }

    void recorded(NamedViewer viewer, boolean added) {
        if (added) {
            recordedNamed = viewer;
        } else if (viewer.equals(recordedNamed)) {
            recordedNamed = null;
        }
    }

    void recordedAnonymous(boolean added) {
        recordedAnonymous = added;
    }

    /** What is recorded was swept away. */
    void forgetRecord() {
        recordedNamed = null;
        recordedAnonymous = false;
    }

    /**
     * What leads from what is recorded to what is so; nothing where that is the same.
     *
     * @param shown how a person is shown now, by whichever node recorded it: who comes to another node has been here since then
     */
    List<Change> changes(Function<Person, Optional<NamedViewer>> shown) {
        NamedViewer wanted = isByName() ? wanted(shown) : null;
        boolean wantsAnonymous = isHere() && !isByName();
        return Stream.of(
                        recordedNamed == null || recordedNamed.equals(wanted)
                                ? null
                                : Change.of(creator, false, recordedNamed),
                        wanted == null || wanted.equals(recordedNamed) ? null : Change.of(creator, true, wanted),
                        recordedAnonymous == wantsAnonymous ? null : Change.of(creator, wantsAnonymous, key))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Connected, or still to be taken for that. */
    private boolean isHere() {
        return !isAway() || !over;
    }

    /** Whether its record is to be one by name. */
    boolean isByName() {
        return named > 0 || isAway() && !over && leftNamed;
    }

    private NamedViewer wanted(Function<Person, Optional<NamedViewer>> shown) {
        Instant from = recordedNamed != null
                ? recordedNamed.since()
                : shown.apply(person).map(NamedViewer::since).orElse(since);
        return new NamedViewer(person.id(), person.name(), from);
    }
}

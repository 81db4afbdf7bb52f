package page.bits.presence.node;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import page.bits.presence.Handle;
import page.bits.presence.Pseudonyms;
import page.bits.presence.Visitor;
import page.bits.presence.audience.People;
import page.bits.presence.audience.PresenceTransaction.ViewerFact;

/**
 * Who is connected to this node, and what of that is still to be recorded. What counts as recorded is what the transactions say,
 * not what was sent: so whatever became of a write, the next one makes up for it.
 *
 * <p>Looks only at those of whom something has changed. Confined to the thread of presence.
 */
public final class Attendance {

    private final Pseudonyms pseudonyms;
    private final LongSupplier clock;
    private final Clock wallClock;
    private final long leaveNanos;
    private final Map<Handle, Map<Long, Attendant>> attendants = new HashMap<>();
    private final Set<Attendant> dirty = new LinkedHashSet<>();

    /** Those whose last connection closed at a time, in the order of those times. */
    private final Deque<Leaving> leaving = new LinkedList<>();

    private int viewers;
    private int connections;

    private record Leaving(Attendant attendant, long at) {}

    /**
     * @param clock in nanoseconds, monotonic
     * @param wallClock tells since when somebody is here, to be shown only
     * @param timing says how long somebody without a connection stays
     */
    public Attendance(Pseudonyms pseudonyms, LongSupplier clock, Clock wallClock, Timing timing) {
        this.pseudonyms = pseudonyms;
        this.clock = clock;
        this.wallClock = wallClock;
        this.leaveNanos = timing.leave();
    }

    /** One more connection. */
    public void enter(Handle creator, Visitor visitor) {
        Attendant attendant = attendant(creator, visitor.key());
        attendant.enter(visitor);
        connections++;
        dirty.add(attendant);
    }

    /** One connection less, of those that have come. */
    public void leave(Handle creator, Visitor visitor) {
        Attendant attendant = attendant(creator, visitor.key());
        attendant.leave(visitor, clock.getAsLong());
        removed(attendant);
    }

    /** One that has come was not taken after all. Whoever was here before has the grace from now on. */
    public void refuse(Handle creator, Visitor visitor) {
        Attendant attendant = attendant(creator, visitor.key());
        attendant.refuse(visitor, clock.getAsLong());
        removed(attendant);
    }

    private void removed(Attendant attendant) {
        connections--;
        if (attendant.isAway()) {
            leaving.add(new Leaving(attendant, attendant.leftAt()));
        }
        // Who closes the page that shows the name may have another open that does not.
        dirty.add(attendant);
    }

    private Attendant attendant(Handle creator, long key) {
        return attendants.computeIfAbsent(creator, ignored -> new HashMap<>()).computeIfAbsent(key, ignored -> {
            viewers++;
            return new Attendant(creator, key, wallClock.instant().truncatedTo(ChronoUnit.MILLIS));
        });
    }

    /** A transaction says what this node has recorded. */
    public void recorded(Handle creator, ViewerFact fact) {
        long key = fact.named().map(viewer -> pseudonyms.ofActor(viewer.id())).orElse(fact.anonymous());
        boolean known = attendants.getOrDefault(creator, Map.of()).containsKey(key);
        if (!known && !fact.added()) {
            return;
        }
        Attendant attendant = attendant(creator, key);
        fact.named()
                .ifPresentOrElse(
                        viewer -> attendant.recorded(viewer, fact.added()),
                        () -> attendant.recordedAnonymous(fact.added()));
        if (!known) {
            // A write that nothing was heard of any more came through after all.
            attendant.beKnownByRecord(fact.named().orElse(null), clock.getAsLong());
            leaving.add(new Leaving(attendant, attendant.leftAt()));
        }
        dirty.add(attendant);
    }

    /** What this node has recorded is no more: all is to be recorded again. */
    public void forgetRecords() {
        attendants
                .values()
                .forEach(ofCreator -> ofCreator.values().forEach(attendant -> {
                    attendant.forgetRecord();
                    dirty.add(attendant);
                }));
    }

    /**
     * Lets go those who were away for long enough and are not recorded: nobody is shown them. For while nobody may be taken for
     * gone: they would be recorded only to be taken back, and would become ever more.
     */
    public void forgetUnrecorded() {
        letGo(attendant -> {
            if (attendant.isRecorded()) {
                return false;
            }
            attendant.end();
            dirty.remove(attendant);
            remove(attendant);
            return true;
        });
    }

    /** Lets go those who were away for long enough. Not to be called while nobody may be taken for gone. */
    public void expire() {
        letGo(attendant -> {
            attendant.end();
            dirty.add(attendant);
            return true;
        });
    }

    /** @param let lets go one who was away for long enough; whether it did */
    private void letGo(Predicate<Attendant> let) {
        long now = clock.getAsLong();
        for (Iterator<Leaving> each = leaving.iterator(); each.hasNext(); ) {
            Leaving longest = each.next();
            if (now - longest.at() < leaveNanos) {
                return;
            }
            Attendant attendant = longest.attendant();
            boolean isAwaySince = attendant.isAway() && attendant.leftAt() == longest.at();
            if (!isAwaySince || let.test(attendant)) {
                each.remove();
            }
        }
    }

    /**
     * What is to be recorded next.
     *
     * @param people says since when somebody is shown who comes from another node
     */
    public Batch next(int maxChanges, People people) {
        List<Change> changes = new ArrayList<>();
        List<Attendant> concerned = new ArrayList<>();
        Iterator<Attendant> each = dirty.iterator();
        while (each.hasNext()) {
            Attendant attendant = each.next();
            if (attendant.isByName() && people.isBeingRead(attendant.creator())) {
                continue;
            }
            List<Change> its = attendant.changes(person -> people.person(attendant.creator(), person.id()));
            if (changes.size() + its.size() > maxChanges) {
                break;
            }
            each.remove();
            if (!its.isEmpty()) {
                changes.addAll(its);
                concerned.add(attendant);
            } else if (attendant.isForgotten()) {
                remove(attendant);
            }
        }
        return new Batch(changes, concerned);
    }

    /** Changes that are on their way, and whom they are of. */
    public static final class Batch {

        private final List<Change> changes;
        private final List<Attendant> concerned;

        private Batch(List<Change> changes, List<Attendant> concerned) {
            this.changes = List.copyOf(changes);
            this.concerned = concerned;
        }

        public List<Change> changes() {
            return changes;
        }
    }

    /** What became of a batch has been heard, or nothing will be: whom it was of is looked at again. */
    public void settled(Batch batch) {
        dirty.addAll(batch.concerned);
    }

    private void remove(Attendant attendant) {
        Map<Long, Attendant> ofCreator = attendants.get(attendant.creator());
        if (ofCreator != null && ofCreator.remove(attendant.key(), attendant)) {
            viewers--;
            if (ofCreator.isEmpty()) {
                attendants.remove(attendant.creator());
            }
        }
    }

    /** How many viewers this node has, those included who may still come back. */
    public int viewers() {
        return viewers;
    }

    /** How many connections make somebody present. */
    public int connections() {
        return connections;
    }
}

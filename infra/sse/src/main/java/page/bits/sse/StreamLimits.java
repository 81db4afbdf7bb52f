package page.bits.sse;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many streams may be open at once: at this process, of one address and of one actor. Remembers only who has one open.
 * Any thread.
 */
public final class StreamLimits implements MeterBinder {

    /** What there can be too many streams of. */
    public enum Limit {
        /** At this process: another may have room. */
        NODE,
        /** From one address. */
        ADDRESS,
        /** Of one actor. */
        ACTOR
    }

    /** The answer to whoever wants to open a stream. */
    public sealed interface Admission {}

    /**
     * It may not be opened; nothing was counted.
     *
     * @param limit which there are too many of
     * @param most how many there may be
     */
    public record Refused(Limit limit, int most) implements Admission {}

    /** It may be opened, and counts until the permit is closed. */
    public final class Permit implements Admission, AutoCloseable {

        private final Optional<String> address;
        private final Optional<String> actor;
        private boolean closed;

        private Permit(Optional<String> address, Optional<String> actor) {
            this.address = address;
            this.actor = actor;
        }

        /** The stream is over. Only the first call counts. */
        @Override
        public void close() {
            release(this);
        }
    }

    private final int most;
    private final int mostPerAddress;
    private final int mostPerActor;
    private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);

    /** Of these three one lock is the guard: a stream is opened rarely, and a count that two see half-done refuses too many. */
    private int open;

    private final Map<String, Integer> addresses = new HashMap<>();
    private final Map<String, Integer> actors = new HashMap<>();

    /** @throws ConfigurationException if a limit is negative */
    public StreamLimits(SseConfig config) {
        this.most = notNegative("max-streams", config.maxStreams());
        this.mostPerAddress = notNegative("max-streams-per-address", config.maxStreamsPerAddress());
        this.mostPerActor = notNegative("max-streams-per-actor", config.maxStreamsPerActor());
        for (Limit limit : Limit.values()) {
            refused.put(limit, new LongAdder());
        }
    }

    private static int notNegative(String key, int limit) {
        if (limit < 0) {
            throw new ConfigurationException("bits.sse." + key + " must be 0, which is no limit, or more: " + limit);
        }
        return limit;
    }

    /**
     * Asks for one more stream.
     *
     * @param address whose it is, in the one spelling that counts as the same; none if that is not to matter
     * @param actor who is signed in; none if nobody is
     * @return a {@link Permit} or what {@link Refused} it
     */
    public Admission admit(Optional<String> address, Optional<String> actor) {
        Admission admission = tryAdmit(address, actor);
        if (admission instanceof Refused refusal) {
            refused.get(refusal.limit()).increment();
        }
        return admission;
    }

    private synchronized Admission tryAdmit(Optional<String> address, Optional<String> actor) {
        if (isReached(most, open)) {
            return new Refused(Limit.NODE, most);
        }
        if (isReached(mostPerAddress, count(addresses, address))) {
            return new Refused(Limit.ADDRESS, mostPerAddress);
        }
        if (isReached(mostPerActor, count(actors, actor))) {
            return new Refused(Limit.ACTOR, mostPerActor);
        }
        open++;
        address.ifPresent(key -> addresses.merge(key, 1, Integer::sum));
        actor.ifPresent(key -> actors.merge(key, 1, Integer::sum));
        return new Permit(address, actor);
    }

    private static boolean isReached(int limit, int count) {
        return limit > 0 && count >= limit;
    }

    private static int count(Map<String, Integer> counts, Optional<String> key) {
        return key.map(counts::get).orElse(0);
    }

    private synchronized void release(Permit permit) {
        if (!permit.closed) {
            permit.closed = true;
            open--;
            permit.address.ifPresent(key -> addresses.computeIfPresent(key, StreamLimits::oneLess));
            permit.actor.ifPresent(key -> actors.computeIfPresent(key, StreamLimits::oneLess));
        }
    }

    /** None, so that it is forgotten, where it would be 0. */
    private static Integer oneLess(String key, Integer count) {
        return count == 1 ? null : Integer.valueOf(count - 1);
    }

    /** How many addresses and actors are remembered. */
    synchronized int remembered() {
        return addresses.size() + actors.size();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        refused.forEach((limit, count) -> FunctionCounter.builder("bits.sse.refused", count, LongAdder::sum)
                .description("Streams that were not opened, by the limit that was reached")
                .tag("limit", limit.name().toLowerCase(Locale.ROOT))
                .register(registry));
    }
}

package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.sse.StreamLimits.Admission;
import page.bits.sse.StreamLimits.Limit;
import page.bits.sse.StreamLimits.Permit;
import page.bits.sse.StreamLimits.Refused;
import page.bits.sse.StreamServer.Config;

class StreamLimitsTest {

    private static final Optional<String> NOBODY = Optional.empty();

    private static StreamLimits limits(int streams, int perAddress, int perActor) {
        return new StreamLimits(Config.DEFAULT.withLimits(streams, perAddress, perActor));
    }

    private static Permit permit(Admission admission) {
        return assertInstanceOf(Permit.class, admission);
    }

    @Test
    void whoeverWouldBeOneTooManyIsToldWhichLimitIsReached() {
        StreamLimits limits = limits(5, 3, 2);
        Optional<String> home = Optional.of("192.0.2.1");
        permit(limits.admit(home, Optional.of("ann")));
        permit(limits.admit(home, Optional.of("ann")));
        assertEquals(new Refused(Limit.ACTOR, 2), limits.admit(home, Optional.of("ann")));
        permit(limits.admit(home, NOBODY));
        assertEquals(new Refused(Limit.ADDRESS, 3), limits.admit(home, Optional.of("bob")));
        permit(limits.admit(Optional.of("192.0.2.2"), Optional.of("bob")));
        permit(limits.admit(NOBODY, NOBODY));
        assertEquals(new Refused(Limit.NODE, 5), limits.admit(NOBODY, NOBODY));
    }

    @Test
    void aStreamThatIsOverMakesRoomForOneHoweverOftenThatIsTold() {
        StreamLimits limits = limits(0, 2, 0);
        Optional<String> home = Optional.of("192.0.2.1");
        Permit one = permit(limits.admit(home, NOBODY));
        permit(limits.admit(home, NOBODY));
        one.close();
        one.close();
        permit(limits.admit(home, NOBODY));
        assertEquals(new Refused(Limit.ADDRESS, 2), limits.admit(home, NOBODY));
    }

    @Test
    void zeroIsNoLimit() {
        StreamLimits limits = limits(0, 0, 0);
        for (int i = 0; i < 1_000; i++) {
            permit(limits.admit(Optional.of("192.0.2.1"), Optional.of("ann")));
        }
    }

    @Test
    void aNegativeLimitIsToldAtStart() {
        ConfigurationException failure = assertThrows(ConfigurationException.class, () -> limits(0, -1, 0));
        assertTrue(failure.getMessage().contains("bits.sse.max-streams-per-address"), failure.getMessage());
    }

    @Test
    void aRefusalCountsForNothingAndWhoHasNoStreamIsForgotten() {
        StreamLimits limits = limits(0, 0, 1);
        Permit ann = permit(limits.admit(NOBODY, Optional.of("ann")));
        assertEquals(new Refused(Limit.ACTOR, 1), limits.admit(Optional.of("192.0.2.1"), Optional.of("ann")));
        assertEquals(1, limits.remembered());
        ann.close();
        assertEquals(0, limits.remembered());
    }

    @Test
    void refusalsAreCountedByTheirLimit() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        StreamLimits limits = limits(0, 0, 1);
        limits.bindTo(meters);
        for (int i = 0; i < 3; i++) {
            limits.admit(NOBODY, Optional.of("ann"));
        }
        for (Limit limit : Limit.values()) {
            assertEquals(
                    limit == Limit.ACTOR ? 2 : 0,
                    meters.get("bits.sse.refused")
                            .tag("limit", limit.name().toLowerCase(java.util.Locale.ROOT))
                            .functionCounter()
                            .count());
        }
    }

    @Test
    void noLimitIsExceededWhoeverComesAndGoesAtTheSameTimeAndNothingIsLeftInTheEnd() throws Exception {
        StreamLimits limits = limits(40, 12, 7);
        AtomicInteger open = new AtomicInteger();
        List<AtomicInteger> addresses =
                IntStream.range(0, 5).mapToObj(i -> new AtomicInteger()).toList();
        List<AtomicInteger> actors =
                IntStream.range(0, 10).mapToObj(i -> new AtomicInteger()).toList();
        AtomicInteger exceeded = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            Random random = new Random(i);
            threads.submit(() -> {
                List<Runnable> ends = new ArrayList<>();
                for (int j = 0; j < 20_000; j++) {
                    if (!ends.isEmpty() && random.nextInt(3) == 0) {
                        ends.remove(random.nextInt(ends.size())).run();
                        continue;
                    }
                    int address = random.nextInt(addresses.size());
                    int actor = random.nextInt(actors.size());
                    Admission admission = limits.admit(Optional.of("a" + address), Optional.of("b" + actor));
                    if (admission instanceof Permit permit) {
                        boolean tooMany = open.incrementAndGet() > 40
                                | addresses.get(address).incrementAndGet() > 12
                                | actors.get(actor).incrementAndGet() > 7;
                        exceeded.addAndGet(tooMany ? 1 : 0);
                        ends.add(() -> {
                            // Told before it is so, that no count is ever too high here.
                            open.decrementAndGet();
                            addresses.get(address).decrementAndGet();
                            actors.get(actor).decrementAndGet();
                            permit.close();
                        });
                    } else {
                        refused.incrementAndGet();
                    }
                }
                ends.forEach(Runnable::run);
            });
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
        assertEquals(0, exceeded.get());
        assertTrue(refused.get() > 0);
        assertEquals(0, open.get());
        assertEquals(0, limits.remembered());
        for (int i = 0; i < 12; i++) {
            permit(limits.admit(Optional.of("a0"), NOBODY));
        }
    }
}

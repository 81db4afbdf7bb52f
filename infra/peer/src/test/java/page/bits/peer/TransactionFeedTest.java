package page.bits.peer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Util;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import page.bits.peer.TransactionSource.Report;

/**
 * The guarantee: every transaction of the log after the t where the feed begins is delivered once, in order of t, with the
 * datoms and the instant of the log, whatever becomes of the reports.
 */
class TransactionFeedTest {

    private static final Logger LOG = Logger.getLogger(TransactionFeedTest.class);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration SHORT_TICK = Duration.ofMillis(20);
    /** So long that what this feed delivers it can't owe to the tick. */
    private static final Duration NO_TICK = Duration.ofHours(1);

    private static final Object RETRACT = Util.read(":db/retract");

    private MemDatabase database;
    private TransactionSource real;
    private BasisT start;
    private final List<Transaction> delivered = Collections.synchronizedList(new ArrayList<>());
    private TransactionFeed feed;
    private TamperedSource tampered;

    @BeforeAll
    static void keepIntendedFailuresOutOfTheTestLog() {
        java.util.logging.Logger.getLogger(TransactionFeed.class.getName())
                .setFilter(entry -> entry.getThrown() == null
                        || !(entry.getThrown().getMessage().contains("thrown by the test")
                                || entry.getThrown().getMessage().startsWith("the log ends at")));
    }

    @AfterAll
    static void logAgain() {
        java.util.logging.Logger.getLogger(TransactionFeed.class.getName()).setFilter(null);
    }

    @BeforeEach
    void open() throws InterruptedException {
        database = MemDatabase.withSchema();
        real = new DatomicTransactionSource(database.connection());
        start = database.basis();
    }

    @AfterEach
    void close() {
        if (feed != null) {
            feed.close();
        }
        database.close();
    }

    // One kind of trouble at a time. The transactions are there before the feed starts, so nothing depends on timing.

    @Test
    void withoutTroubleEveryTransactionArrivesAndTheLogIsNotRead() {
        TamperedSource source = tampered(reports(List::of));
        writeMany(50);
        startFeed(source, NO_TICK);
        awaitEverything();
        assertEquals(0, source.reads());
    }

    @Test
    void aDroppedFirstReportIsMadeUpForByTheSecondWithoutWaitingForTheTick() {
        writeMany(10);
        startFeed(tampered(dropping(0, 1)), NO_TICK);
        awaitEverything();
    }

    @Test
    void aDroppedLastReportIsMadeUpForByTheTick() {
        writeMany(10);
        startFeed(tampered(dropping(9, 10)), SHORT_TICK);
        awaitEverything();
    }

    @Test
    void aDroppedOnlyReportIsMadeUpForByTheTick() {
        writeMany(1);
        startFeed(tampered(dropping(0, 1)), SHORT_TICK);
        awaitEverything();
    }

    @Test
    void aPeerThatReconnectsHasABasisAheadWhileReportsStillComeAndMissesNothing() {
        writeMany(300);
        startFeed(tampered(dropping(50, 250)), NO_TICK);
        awaitEverything();
    }

    /** What a peer reports that has read a transaction from the log while it reconnected, and then gets it told as well. */
    @Test
    void aReportWhoseBeforeHoldsItsOwnTransactionIsDeliveredOnce() {
        writeMany(10);
        startFeed(
                tampered(reports(
                        report -> List.of(new Report(report.transaction().t(), report.transaction())))),
                NO_TICK);
        awaitEverything();
    }

    @Test
    void aReportThatComesTwiceIsDeliveredOnce() {
        writeMany(10);
        startFeed(tampered(reports(report -> List.of(report, report))), NO_TICK);
        awaitEverything();
    }

    @Test
    void allReportsComingAgainAfterAConnectAreDeliveredOnce() {
        writeMany(10);
        List<Report> seen = new ArrayList<>();
        startFeed(
                tampered(reports(report -> {
                    seen.add(report);
                    return seen.size() == 10 ? concat(List.of(report), seen) : List.of(report);
                })),
                SHORT_TICK);
        awaitEverything();
    }

    @Test
    void reportsInReverseAreDeliveredInOrder() {
        writeMany(10);
        List<Report> held = new ArrayList<>();
        startFeed(
                tampered(reports(report -> {
                    held.add(0, report);
                    return held.size() == 10 ? List.copyOf(held) : List.of();
                })),
                NO_TICK);
        awaitEverything();
    }

    @Test
    void aReportThatComesAfterItsTransactionWasReadFromTheLogIsDropped() {
        writeMany(10);
        TamperedSource source = tampered(new Late());
        startFeed(source, SHORT_TICK);
        awaitEverything();
        assertEquals(1, source.reads());
    }

    @Test
    void aQueueThatIsQuietForEverLeavesTheTickToDeliverEverything() {
        startFeed(tampered(reports(report -> List.of())), SHORT_TICK);
        writeMany(20);
        awaitEverything();
        writeMany(20);
        awaitEverything();
    }

    @Test
    void aQueueThatGoesQuietInTheMiddleLeavesTheTickToDeliverTheRest() {
        startFeed(tampered(dropping(10, Integer.MAX_VALUE)), SHORT_TICK);
        writeMany(40);
        awaitEverything();
    }

    @Test
    void whatNoReportToldOfIsCounted() {
        startFeed(tampered(dropping(10, 25)), NO_TICK);
        writeMany(40);
        awaitEverything();
        assertEquals(15, feed.fromLog());
    }

    @Test
    void aListenerThatTakesItsTimeShowsAsAStallUntilItIsDone() {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        startFeed(real, NO_TICK, transaction -> {
            reached.countDown();
            awaitUninterruptibly(goOn);
        });
        writeMany(1);
        awaitUninterruptibly(reached);
        Duration earlier = feed.stall();
        await().until(() -> feed.stall().compareTo(earlier.plusMillis(5)) > 0);
        goOn.countDown();
        await().until(() -> feed.stall().isZero());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFeedThatBeginsInTheMiddleDeliversWhatIsAfterItsStartAndNothingBefore() {
        writeMany(20);
        start = database.basis();
        writeMany(20);
        startFeed(tampered(reports(List::of)), NO_TICK);
        awaitEverything();
    }

    @Test
    void aFeedThatBeginsBeforeTheOldestReportReadsTheBeginningFromTheLog() {
        start = new BasisT(0);
        writeMany(5);
        startFeed(tampered(dropping(0, 3)), NO_TICK);
        awaitEverything();
    }

    @Test
    void aFeedThatBeginsAtTheNewestTransactionDeliversOnlyWhatComes() {
        writeMany(5);
        start = database.basis();
        startFeed(tampered(reports(report -> List.of())), SHORT_TICK);
        writeMany(1);
        awaitEverything();
        assertEquals(1, delivered.size());
    }

    // The log, too, is read over a network.

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("thrown by the test: storage is away"),
                new IOException("thrown by the test: checked, not declared"),
                new NoClassDefFoundError("thrown by the test: an error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aLogThatCantBeReadForAWhileDelaysTransactionsAndLosesNone(Throwable failure) {
        AtomicInteger failuresLeft = new AtomicInteger(3);
        writeMany(10);
        startFeed(
                new TamperedSource(real, dropping(0, 5), entries -> {
                    if (failuresLeft.getAndDecrement() > 0) {
                        throw unchecked(failure);
                    }
                    return entries;
                }),
                SHORT_TICK);
        awaitEverything();
        assertTrue(failuresLeft.get() < 0, "the log was read in vain first");
    }

    @Test
    void aLogThatBreaksOffInTheMiddleIsReadOnFromThereAndRepeatsNothing() {
        AtomicInteger breaksLeft = new AtomicInteger(5);
        writeMany(30);
        startFeed(
                new TamperedSource(
                        real,
                        dropping(0, Integer.MAX_VALUE),
                        entries -> breaksLeft.getAndDecrement() > 0 ? breakingOffAfter(4, entries) : entries),
                SHORT_TICK);
        awaitEverything();
        assertTrue(breaksLeft.get() < 0, "the log broke off first");
    }

    @Test
    void aLogThatIsBehindAReportMakesThatReportWaitAndNoGap() {
        AtomicInteger shortReadsLeft = new AtomicInteger(3);
        writeMany(10);
        startFeed(
                new TamperedSource(
                        real,
                        dropping(0, 5),
                        entries -> shortReadsLeft.getAndDecrement() > 0 ? first(1, entries) : entries),
                SHORT_TICK);
        awaitEverything();
        assertTrue(shortReadsLeft.get() < 0, "the log was short first");
    }

    // All of it at once.

    @Test
    void anyMixtureOfTroubleLosesRepeatsAndReordersNothing() throws Exception {
        long seed = Long.getLong("bits.seed", System.nanoTime());
        LOG.infof("Mixtures from -Dbits.seed=%d", seed);
        Random seeds = new Random(seed);
        for (int round = 0; round < 8; round++) {
            Mixture mixture = new Mixture(new Random(seeds.nextLong()));
            delivered.clear();
            start = database.basis();
            startFeed(new TamperedSource(real, mixture, mixture), SHORT_TICK);
            writeFromThreads(4, 100);
            try {
                awaitEverything();
            } catch (AssertionError | ConditionTimeoutException e) {
                throw new AssertionError("in round " + round + " of -Dbits.seed=" + seed, e);
            }
            assertEquals(400, delivered.size());
            feed.close();
        }
    }

    // Listeners.

    @ParameterizedTest
    @MethodSource("failures")
    void aListenerThatThrowsStopsNeitherTheOthersNorTheFeed(Throwable failure) {
        AtomicInteger calls = new AtomicInteger();
        TransactionListener throwing = transaction -> {
            calls.incrementAndGet();
            throw unchecked(failure);
        };
        startFeed(tampered(reports(List::of)), SHORT_TICK, throwing, delivered::add);
        writeMany(5);
        awaitEverything();
        assertEquals(5, calls.get());
    }

    @Test
    void aListenerThatInterruptsItsThreadDoesNotEndTheFeed() {
        TransactionListener interrupting = transaction -> Thread.currentThread().interrupt();
        startFeed(tampered(reports(List::of)), SHORT_TICK, interrupting, delivered::add);
        writeMany(5);
        awaitEverything();
    }

    @Test
    void aTransactionIsNeverAheadOfTheDatabaseThatAListenerSees() throws Exception {
        AtomicInteger behind = new AtomicInteger();
        TransactionListener looking = transaction -> {
            if (transaction.t().isAfter(database.basis())) {
                behind.incrementAndGet();
            }
        };
        startFeed(real, SHORT_TICK, looking, delivered::add);
        writeFromThreads(4, 50);
        awaitEverything();
        assertEquals(0, behind.get());
    }

    // Waiting for a t.

    @Test
    void whoWaitsForATIsToldWhenAllListenersHaveHeardOfIt() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        startFeed(real, SHORT_TICK, transaction -> awaitUninterrupted(hold), delivered::add);
        BasisT t = write(0);
        CompletableFuture<Void> reached = feed.reached(t, SOON);
        CompletableFuture<Void> alsoReached = feed.reached(t, SOON);
        assertEquals(2, feed.waiting());
        assertFalse(reached.isDone());
        CompletableFuture<Integer> heard = reached.thenApply(done -> delivered.size());
        hold.countDown();
        assertEquals(1, heard.get(30, TimeUnit.SECONDS));
        alsoReached.get(30, TimeUnit.SECONDS);
        assertEquals(t, feed.last());
        soon().until(() -> feed.waiting() == 0);
    }

    @Test
    void whoWaitsForATThatWasReachedIsToldAtOnce() {
        startFeed(real, NO_TICK);
        assertTrue(feed.reached(start, SOON).isDone());
        assertEquals(0, feed.waiting());
    }

    @Test
    void whoWaitsInVainIsToldSoInTimeAndLeavesNothingBehind() throws Exception {
        startFeed(real, NO_TICK);
        BasisT never = new BasisT(start.value() + 1_000_000);
        CompletableFuture<Void> reached = feed.reached(never, Duration.ofMillis(30));
        assertEquals(1, feed.waiting());
        // Bare, not inside a CompletionException: callers tell a time-out by its type.
        assertInstanceOf(
                TimeoutException.class,
                reached.handle((done, failure) -> failure).get(30, TimeUnit.SECONDS));
        soon().until(() -> feed.waiting() == 0);
    }

    @Test
    void whoStopsWaitingLeavesNothingBehind() {
        startFeed(real, NO_TICK);
        feed.reached(new BasisT(start.value() + 1_000_000), SOON).cancel(false);
        assertEquals(0, feed.waiting());
    }

    @Test
    void manyWhoWaitWhileTransactionsPassAreAllTold() throws Exception {
        startFeed(real, NO_TICK);
        List<CompletableFuture<Void>> waiting = Collections.synchronizedList(new ArrayList<>());
        inThreads(4, thread -> {
            for (int i = 0; i < 250; i++) {
                waiting.add(feed.reached(write(i), SOON));
            }
            return null;
        });
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertEquals(1000, waiting.size());
        soon().until(() -> feed.waiting() == 0);
    }

    /** Reaching a t and starting to wait for it race here as tightly as they can, with nothing coming later to make up for it. */
    @Test
    void whoStartsToWaitInTheMomentInWhichTheTIsReachedIsTold() throws Exception {
        SpinningSource source = new SpinningSource();
        feed = new TransactionFeed("bits", source, new BasisT(0), NO_TICK, List.of());
        feed.start();
        Random random = new Random();
        for (long t = 1; t <= 50_000; t++) {
            source.newest = t;
            for (int spin = random.nextInt(60); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            feed.reached(new BasisT(t), SOON).get();
        }
        assertEquals(0, feed.waiting());
    }

    // The end.

    @Test
    void closingEndsTheThreadAlsoWhileTheLogCantBeRead() {
        List<Thread> pump = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger reads = new AtomicInteger();
        startFeed(
                new TamperedSource(real, dropping(1, Integer.MAX_VALUE), entries -> {
                    reads.incrementAndGet();
                    throw new IllegalStateException("thrown by the test: storage is away");
                }),
                SHORT_TICK,
                transaction -> pump.add(Thread.currentThread()));
        writeMany(2);
        soon().until(() -> pump.size() == 1 && reads.get() > 0);
        feed.close();
        assertFalse(pump.get(0).isAlive());
        feed.close();
    }

    @Test
    void aListenerMayCloseTheFeed() {
        List<Thread> pump = Collections.synchronizedList(new ArrayList<>());
        startFeed(real, NO_TICK, transaction -> {
            feed.close();
            pump.add(Thread.currentThread());
        });
        writeMany(2);
        soon().until(() -> pump.size() == 1 && !pump.get(0).isAlive());
    }

    @Test
    void aFeedThatNeverStartedCanBeClosed() {
        new TransactionFeed("bits", real, start, NO_TICK, List.of()).close();
    }

    // What the log says, read without any of the code under test.

    private void awaitEverything() {
        soon().untilAsserted(() -> assertEquals(database.basis(), feed.last()));
        if (tampered != null) {
            // Whatever would be delivered again has been delivered again.
            soon().untilAsserted(() -> assertEquals(database.basis(), tampered.done()));
        }
        List<Told> expected = logAfterStart();
        assertFalse(expected.isEmpty(), "a test without transactions proves nothing");
        synchronized (delivered) {
            assertEquals(
                    expected.stream().map(Told::t).toList(),
                    delivered.stream()
                            .map(transaction -> transaction.t().value())
                            .toList());
            assertEquals(expected, delivered.stream().map(Told::of).toList());
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(SOON).pollInterval(Duration.ofMillis(5));
    }

    private List<Told> logAfterStart() {
        List<Told> entries = new ArrayList<>();
        Database db = database.connection().db();
        for (Map<?, ?> entry : database.connection().log().txRange(start.value() + 1, null)) {
            entries.add(Told.of(entry, db));
        }
        return entries;
    }

    private record Told(long t, Instant at, List<String> datoms) {

        static Told of(Transaction transaction) {
            return new Told(
                    transaction.t().value(),
                    transaction.at(),
                    transaction.datoms().stream().map(Told::text).sorted().toList());
        }

        static Told of(Map<?, ?> entry, Database db) {
            List<String> datoms = new ArrayList<>();
            Instant at = null;
            for (Object each : (Iterable<?>) entry.get(Log.DATA)) {
                Datom datom = (Datom) each;
                datoms.add(text(datom));
                if (db.ident(datom.a()).equals(Attributes.TX_INSTANT)
                        && datom.e().equals(datom.tx())) {
                    at = ((Date) datom.v()).toInstant();
                }
            }
            return new Told(
                    (Long) entry.get(Log.T), at, datoms.stream().sorted().toList());
        }

        private static String text(Datom datom) {
            return String.join(
                    " ",
                    datom.added() ? "+" : "-",
                    datom.e().toString(),
                    datom.a().toString(),
                    datom.v().toString(),
                    datom.tx().toString());
        }
    }

    // Writers.

    private void writeMany(int transactions) {
        for (int i = 0; i < transactions; i++) {
            write(i);
        }
    }

    /** One transaction that asserts, replaces (which also retracts), retracts or changes nothing, in turn. */
    private BasisT write(int i) {
        String actor = "actor-" + i % 3;
        Map<?, ?> result =
                switch (i % 7) {
                    case 5 -> database.transact();
                    case 6 ->
                        database.transact(Util.list(
                                RETRACT, Util.list(Attributes.ACTOR_ID, "actor-0"), Attributes.ACTOR_ISSUER, "i"));
                    default ->
                        database.transact(Util.map(
                                Attributes.ACTOR_ID,
                                actor,
                                Attributes.ACTOR_NAME,
                                "name " + i,
                                Attributes.ACTOR_ISSUER,
                                "i"));
                };
        return new BasisT(((Database) result.get(Connection.DB_AFTER)).basisT());
    }

    private void writeFromThreads(int threads, int transactionsEach) throws Exception {
        inThreads(threads, thread -> {
            writeMany(transactionsEach);
            return null;
        });
    }

    private interface Work {

        Object run(int thread) throws Exception;
    }

    private static void inThreads(int threads, Work work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Object>> tasks = new ArrayList<>();
            IntStream.range(0, threads).forEach(thread -> tasks.add(() -> work.run(thread)));
            for (Future<Object> task : executor.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
                task.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    // Trouble.

    private void startFeed(TransactionSource source, Duration tick, TransactionListener... listeners) {
        tampered = source instanceof TamperedSource some ? some : null;
        feed = new TransactionFeed(
                "bits", source, start, tick, listeners.length == 0 ? List.of(delivered::add) : List.of(listeners));
        feed.start();
    }

    private TamperedSource tampered(TamperedSource.Reports reports) {
        return new TamperedSource(real, reports, entries -> entries);
    }

    private static TamperedSource.Reports reports(TamperedSource.Reports reports) {
        return reports;
    }

    /** Drops the reports from the one to the other, the first being 0. */
    private static TamperedSource.Reports dropping(int from, int to) {
        AtomicInteger next = new AtomicInteger();
        return report -> {
            int i = next.getAndIncrement();
            return i >= from && i < to ? List.of() : List.of(report);
        };
    }

    /** Holds every report until the log has been read up to it. */
    private static final class Late implements TamperedSource.Reports {

        private final List<Report> held = new ArrayList<>();

        @Override
        public List<Report> onReport(Report report) {
            held.add(report);
            return List.of();
        }

        @Override
        public List<Report> onQuiet(BasisT read) {
            Predicate<Report> isLate = report -> !report.transaction().t().isAfter(read);
            List<Report> late = held.stream().filter(isLate).toList();
            held.removeAll(late);
            return late;
        }

        @Override
        public boolean holdsNothing() {
            return held.isEmpty();
        }
    }

    /** Drops, repeats, holds back, swaps, goes quiet for ever, and breaks the log, as a random number says. */
    private static final class Mixture implements TamperedSource.Reports, TamperedSource.LogReads {

        private final Random random;
        private final int quietAfter;
        private final List<Report> held = new ArrayList<>();
        private final Deque<Report> past = new ArrayDeque<>();
        private int seen;

        Mixture(Random random) {
            this.random = random;
            this.quietAfter = random.nextBoolean() ? random.nextInt(400) : Integer.MAX_VALUE;
        }

        @Override
        public List<Report> onReport(Report report) {
            if (seen++ >= quietAfter) {
                held.clear();
                return List.of();
            }
            past.addLast(report);
            if (past.size() > 20) {
                past.removeFirst();
            }
            List<Report> now = new ArrayList<>();
            switch (random.nextInt(10)) {
                case 0 -> {} // dropped
                case 1 -> held.add(report);
                case 2 -> now.addAll(List.of(report, report));
                case 3 -> {
                    now.add(report);
                    now.addAll(past);
                }
                case 4 -> {
                    now.add(report);
                    now.addAll(held);
                    held.clear();
                    Collections.shuffle(now, random);
                }
                default -> now.add(report);
            }
            return now;
        }

        @Override
        public List<Report> onQuiet(BasisT read) {
            if (random.nextInt(4) > 0) {
                return List.of();
            }
            List<Report> late = List.copyOf(held);
            held.clear();
            return late;
        }

        @Override
        public boolean holdsNothing() {
            return held.isEmpty();
        }

        @Override
        public Iterable<Transaction> onRead(Iterable<Transaction> entries) {
            return switch (random.nextInt(6)) {
                case 0 -> throw new IllegalStateException("thrown by the test: storage is away");
                case 1 -> breakingOffAfter(random.nextInt(5), entries);
                case 2 -> first(random.nextInt(5), entries);
                default -> entries;
            };
        }
    }

    /** Empty transactions 1, 2, 3, … as soon as {@code newest} says so, without ever letting the thread sleep. */
    private static final class SpinningSource implements TransactionSource {

        private volatile long newest;
        private long reported;

        @Override
        public Optional<Report> poll(Duration wait) throws InterruptedException {
            while (newest == reported) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Thread.onSpinWait();
            }
            reported++;
            return Optional.of(new Report(
                    new BasisT(reported - 1), new Transaction(new BasisT(reported), Instant.EPOCH, List.of())));
        }

        @Override
        public BasisT basis() {
            return new BasisT(newest);
        }

        @Override
        public Iterable<Transaction> log(BasisT after, BasisT through) {
            throw new AssertionError("no report is missing");
        }
    }

    private static Iterable<Transaction> first(int n, Iterable<Transaction> entries) {
        List<Transaction> first = new ArrayList<>();
        for (Iterator<Transaction> each = entries.iterator(); each.hasNext() && first.size() < n; ) {
            first.add(each.next());
        }
        return first;
    }

    private static Iterable<Transaction> breakingOffAfter(int n, Iterable<Transaction> entries) {
        return () -> {
            Iterator<Transaction> each = entries.iterator();
            AtomicInteger left = new AtomicInteger(n);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return each.hasNext();
                }

                @Override
                public Transaction next() {
                    if (left.getAndDecrement() == 0) {
                        throw new IllegalStateException("thrown by the test: the log breaks off");
                    }
                    return each.next();
                }
            };
        };
    }

    private static List<Report> concat(List<Report> some, List<Report> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws what is not declared, as Datomic does. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException unchecked(Throwable failure) throws E {
        throw (E) failure;
    }
}

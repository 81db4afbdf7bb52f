package page.bits.cluster.crash;

import datomic.Connection;
import datomic.Datom;
import datomic.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import page.bits.peer.BasisT;
import page.bits.peer.Committed;
import page.bits.peer.DatomicPeer;
import page.bits.peer.PeerUnavailableException;
import page.bits.peer.Schema;
import page.bits.peer.Transaction;
import page.bits.peer.TransactionRejectedException;

/**
 * A program of its own that keeps transactions in flight and writes down each, what it was told about it, and everything
 * that its feed delivers. It never submits a number again, whatever became of it.
 *
 * <p>It does what the lines say that are added to its control file:
 *
 * <ul>
 *   <li>{@code window N}: keep up to N in flight (0 at first);
 *   <li>{@code rate N}: submit at most N a second, 0 for no limit (0 at first);
 *   <li>{@code stop}: submit no more, and tell when everything is settled;
 *   <li>{@code dump FILE}: write down what the database holds;
 *   <li>{@code end T}: wait until the feed has reached T, and end.
 * </ul>
 */
final class LoadClient {

    private static final Duration FEED_PATIENCE = Duration.ofSeconds(60);

    /** After a transaction could not be submitted; without it, an outage would be millions of lines. */
    private static final long BREATHER = 20;

    private final NewLines control;
    private final EventWriter events;
    private final DatomicPeer peer;
    private final String uri;
    private final Load load;
    private final Semaphore free = new Semaphore(0);
    private final AtomicLong inFlight = new AtomicLong();
    private volatile boolean away;
    private int window;
    private long interval;
    private long due;
    private long number;

    private LoadClient(String name, String uri, Path log, Path control, boolean churn, long seed) throws Exception {
        this.uri = uri;
        this.control = new NewLines(control);
        this.events = new EventWriter(log);
        this.load = new Load(name, churn, seed);
        this.peer = new DatomicPeer(
                ClientConfig.installing(uri),
                Schema.BITS,
                List.of(this::delivered),
                () -> Runtime.getRuntime().halt(1));
    }

    public static void main(String[] args) throws Exception {
        new LoadClient(
                        args[0],
                        System.getenv("BITS_DATOMIC_URI"),
                        Path.of(args[1]),
                        Path.of(args[2]),
                        args[3].equals("churn"),
                        Long.parseLong(args[4]))
                .run();
        System.exit(0);
    }

    private void run() throws Exception {
        peer.start();
        peer.whenReady().get();
        LoadSchema.install(connection());
        events.add(new ClientEvent.Started(System.nanoTime(), peer.feed().last().value()));
        boolean ended = false;
        while (!ended) {
            for (String command : control.read()) {
                ended |= obey(command.split(" ", 2));
            }
            submitFor(TimeUnit.MILLISECONDS.toNanos(20));
        }
        events.finish();
        peer.stop();
    }

    /** The one the peer has: the library keeps one for each URI. */
    private Connection connection() throws Exception {
        return Peer.connect(uri);
    }

    /** @return whether that was the last command */
    private boolean obey(String[] words) throws Exception {
        switch (words[0]) {
            case "window" -> resize(Integer.parseInt(words[1]));
            case "rate" -> {
                int rate = Integer.parseInt(words[1]);
                interval = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
                due = System.nanoTime();
            }
            case "stop" -> {
                resize(0);
                while (inFlight.get() > 0) {
                    Thread.sleep(10);
                }
                events.add(new ClientEvent.Quiet(System.nanoTime()));
            }
            case "dump" -> {
                Dump.of(connection()).write(Path.of(words[1]));
                events.add(new ClientEvent.Dumped(System.nanoTime()));
            }
            case "end" -> {
                BasisT t = new BasisT(Long.parseLong(words[1]));
                // Where it is not reached, the history shows what is missing.
                peer.feed()
                        .reached(t, FEED_PATIENCE)
                        .handle((done, failure) -> done)
                        .get();
                events.add(new ClientEvent.Ended(
                        System.nanoTime(), peer.feed().last().value()));
                return true;
            }
            default -> throw new IllegalArgumentException("there is no command " + words[0]);
        }
        return false;
    }

    private void resize(int size) throws InterruptedException {
        if (size > window) {
            free.release(size - window);
        } else {
            free.acquire(window - size);
        }
        window = size;
    }

    private void submitFor(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            if (interval > 0 && now < due) {
                TimeUnit.NANOSECONDS.sleep(Math.min(due, end) - now);
                continue;
            }
            if (free.tryAcquire(end - now, TimeUnit.NANOSECONDS)) {
                due += interval;
                submit(number++);
                if (away) {
                    Thread.sleep(BREATHER);
                }
            }
        }
    }

    private void submit(long next) {
        List<Object> data = load.next(next);
        inFlight.incrementAndGet();
        events.add(new ClientEvent.Submitted(System.nanoTime(), next));
        peer.transact(data).whenComplete((committed, failure) -> settled(next, committed, failure));
    }

    private void settled(long which, Committed committed, Throwable failure) {
        Outcome outcome = outcome(failure);
        long t = outcome == Outcome.ACKED ? committed.t().value() : 0;
        events.add(new ClientEvent.Settled(System.nanoTime(), which, outcome, t));
        away = outcome == Outcome.UNAVAILABLE;
        inFlight.decrementAndGet();
        free.release();
    }

    private static Outcome outcome(Throwable failure) {
        if (failure == null) {
            return Outcome.ACKED;
        } else if (failure instanceof TransactionRejectedException) {
            return Outcome.REJECTED;
        } else if (failure instanceof PeerUnavailableException) {
            return Outcome.UNAVAILABLE;
        }
        // OutcomeUnknownException, and whatever the peer does not promise.
        return Outcome.UNKNOWN;
    }

    private void delivered(Transaction transaction) {
        long t = transaction.t().value();
        events.add(new ClientEvent.Delivered(System.nanoTime(), t, LoadSchema.markOf(t, transaction.datoms())));
        for (Datom datom : transaction.datoms()) {
            if (datom.added() && datom.v() instanceof Long value && value >= 0) {
                load.created(datom.e());
            }
        }
    }
}

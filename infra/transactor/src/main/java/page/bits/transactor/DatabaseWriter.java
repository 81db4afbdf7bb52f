package page.bits.transactor;

import datomic.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The one writer of a database. Its thread takes what peers submitted, in groups: it applies each transaction to the newest
 * database value, makes the whole group durable by one append to the log, and only then tells all peers, in one message. What
 * peers hear is therefore always in the log, in the order of the log.
 *
 * <p>Two things that take long are done on other threads, from immutable values, and only their ends are on the writer's:
 * merging what is in memory into the index, and moving the end of the log, which every append extends, into the log's tree. Where
 * transactions come faster than merges end, the writer waits for the merge once memory holds what it may.
 *
 * <p>After any failure to write, the process ends ({@link FailStop}): what is in the storage then is the truth.
 */
final class DatabaseWriter implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(DatabaseWriter.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final PeerLibrary library;
    private final PeerLibrary.DatabaseStorage storage;
    private final Broker broker;
    private final TransactorConfig config;
    private final TransactorMetrics metrics;
    private final String resultAddress;
    private final BlockingQueue<Request> requests;

    /** For the bytes of the submissions in {@code requests}. */
    private final Semaphore room;

    private final int roomBytes;
    private final long memoryIndexMax;

    private final ExecutorService background;
    private final Thread thread;
    private final List<Gauge> gauges;
    private AutoCloseable submissions;

    // Of the writer's thread alone, but for the sizes, which gauges read.
    private Database db;
    private PeerLibrary.Log log;
    private volatile long logTailBytes;
    private volatile long memoryIndexBytes;
    private long mergingBytes;
    private boolean indexRequested;
    private boolean closing;

    /** From here on, failures are those of what was taken away. */
    private volatile boolean stopped;

    /** What is to be merged once the log's tree holds it. */
    private Database prepared;

    private CompletableFuture<PeerLibrary.MergedIndex> merge;
    private CompletableFuture<PeerLibrary.Tree> growth;

    /** What is applied and not yet durable. */
    private final List<PeerLibrary.LogEntry> entries = new ArrayList<>();

    private long entryBytes;

    /** What peers are to hear once that is durable, refusals and answers included: those too may rest on it. */
    private final List<Object> results = new ArrayList<>();

    private DatabaseWriter(
            PeerLibrary library,
            PeerLibrary.DatabaseStorage storage,
            PeerLibrary.Opened opened,
            Broker broker,
            TransactorConfig config,
            TransactorMetrics metrics) {
        this.library = library;
        this.storage = storage;
        this.broker = broker;
        this.config = config;
        this.metrics = metrics;
        this.resultAddress = library.resultAddress(storage.databaseId());
        this.requests = new LinkedBlockingQueue<>(config.submitQueue());
        this.roomBytes = Math.toIntExact(config.submitQueueBytes().asLongValue());
        this.room = new Semaphore(roomBytes);
        this.memoryIndexMax = config.memoryIndexMax().asLongValue();
        this.db = opened.db();
        this.log = opened.log();
        this.logTailBytes = opened.tailBytes();
        this.memoryIndexBytes = opened.memoryIndexBytes();
        this.thread = daemon(this::run, "bits-writer-" + storage.databaseId());
        this.background = Executors.newCachedThreadPool(task -> daemon(task, "bits-index-" + storage.databaseId()));
        this.gauges = metrics.observe(this, storage.databaseId());
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Claims the database's log and begins to take what peers submit. */
    static DatabaseWriter open(
            PeerLibrary library,
            PeerLibrary.Storage storages,
            String databaseId,
            Broker broker,
            TransactorConfig config,
            TransactorMetrics metrics) {
        PeerLibrary.DatabaseStorage storage = library.openDatabaseStorage(storages, databaseId);
        PeerLibrary.Opened opened;
        try {
            opened = library.open(storage);
        } catch (RuntimeException e) {
            library.close(storage);
            throw e;
        }
        DatabaseWriter writer = new DatabaseWriter(library, storage, opened, broker, config, metrics);
        try {
            writer.start();
            return writer;
        } catch (Exception e) {
            writer.close();
            throw new IllegalStateException("the broker does not take submissions to " + databaseId, e);
        }
    }

    private void start() throws Exception {
        LOG.infof("Opened %s at t %d", storage.databaseId(), db.basisT());
        thread.start();
        submissions = broker.consume(library.submitAddress(storage.databaseId()), this::take);
    }

    private void take(InputStream message) throws InterruptedException, IOException {
        for (Request request : library.readRequests(message)) {
            if (request instanceof Request.Submission submission) {
                room.acquire(weight(submission));
            }
            requests.put(request);
        }
    }

    /** One that is larger than all the room has to wait until it is the only one. */
    private int weight(Request.Submission submission) {
        return Math.min(submission.bytes(), roomBytes);
    }

    /** Waits while the queue is full. */
    void submit(Request request) {
        try {
            requests.put(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void collectGarbage(Object argument) {
        library.collectGarbage(storage, argument);
    }

    int queued() {
        return requests.size();
    }

    long memoryIndexBytes() {
        return memoryIndexBytes;
    }

    long logTailBytes() {
        return logTailBytes;
    }

    private void run() {
        try {
            List<Request> group = new ArrayList<>();
            while (!closing) {
                group.add(requests.take());
                requests.drainTo(group, config.maxGroupSize() - 1);
                write(group);
                group.clear();
                maintain();
            }
        } catch (Throwable e) {
            failed("The writer", e);
        }
    }

    // --- Transactions ---

    private void write(List<Request> group) throws Exception {
        Database newest = db;
        for (Request request : group) {
            if (request instanceof Request.Submission submission) {
                newest = apply(newest, submission);
                room.release(weight(submission));
            } else if (request instanceof Request.Sync sync) {
                results.add(library.answer(sync));
            } else if (request instanceof Request.IndexNow) {
                indexRequested = true;
            } else if (request instanceof Request.Close) {
                closing = true;
            }
            if (entryBytes >= config.maxGroupBytes().asLongValue()) {
                commit(newest);
            }
        }
        commit(newest);
    }

    /** The database after the transaction, or the same where it is refused. */
    private Database apply(Database before, Request.Submission submission) throws InterruptedException {
        try {
            PeerLibrary.Applied applied = library.apply(before, submission);
            entries.add(applied.entry());
            entryBytes += applied.entry().bytes();
            results.add(applied.result());
            return applied.db();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            if (stopped) {
                throw new InterruptedException("the database is closed");
            }
            // Whatever else: transactions run functions of their authors.
            results.add(library.refusal(submission, e));
            metrics.refused();
            return before;
        }
    }

    /** Durable first, then told. */
    private void commit(Database newest) throws Exception {
        append(newest);
        broadcast();
    }

    private void append(Database newest) {
        if (entries.isEmpty()) {
            return;
        }
        Timer.Sample sample = Timer.start();
        log = library.append(storage, log, entries);
        sample.stop(metrics.append());
        metrics.committed(entries.size());
        db = newest;
        logTailBytes += entryBytes;
        memoryIndexBytes += entryBytes;
        entries.clear();
        entryBytes = 0;
    }

    private void broadcast() throws Exception {
        if (results.isEmpty()) {
            return;
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        library.writeResults(results, message);
        broker.send(resultAddress, message.toByteArray());
        results.clear();
    }

    // --- Index and log tree ---

    private void maintain() throws Exception {
        adoptTreeIfGrown();
        completeMergeIfDone();
        // The index first, which grows the tree as well: under a steady load there is always a reason to grow the tree.
        if (wantsIndex()) {
            prepareIndex();
        } else if (growth == null && logTailBytes > config.logTailThreshold().asLongValue()) {
            growTree();
        }
        while (memoryIndexBytes >= memoryIndexMax) {
            LOG.infof("%s waits for its index: %d bytes are not in it yet", storage.databaseId(), memoryIndexBytes);
            (merge == null ? growth : merge).get();
            adoptTreeIfGrown();
            completeMergeIfDone();
            if (wantsIndex()) {
                prepareIndex();
            }
        }
    }

    private boolean isIndexing() {
        return prepared != null || merge != null;
    }

    private boolean wantsIndex() {
        return !isIndexing()
                && growth == null
                && (indexRequested
                        || memoryIndexBytes >= config.memoryIndexThreshold().asLongValue());
    }

    /**
     * Marks what is to be merged, and first has the log's tree hold all of it. Peers take what is in the index to be in
     * the tree, and read from the log's end only what came after the index: with an index that is ahead of the tree they
     * would not see the transactions in between.
     */
    private void prepareIndex() {
        indexRequested = false;
        prepared = library.prepareForIndexing(db);
        db = prepared;
        mergingBytes = memoryIndexBytes;
        if (logTailBytes > 0) {
            growTree();
        } else {
            startMerge();
        }
    }

    private void startMerge() {
        Database merged = prepared;
        prepared = null;
        merge = inBackground("Merging the index", metrics.index(), () -> library.merge(storage, merged));
    }

    private void completeMergeIfDone() throws Exception {
        if (merge == null || !merge.isDone()) {
            return;
        }
        PeerLibrary.MergedIndex merged = merge.get();
        merge = null;
        db = library.completeIndexing(db, merged);
        memoryIndexBytes -= mergingBytes;
        if (library.hasExcisions(merged)) {
            if (growth != null) {
                growth.get();
                adoptTreeIfGrown();
            }
            if (logTailBytes > 0) {
                log = library.adopt(storage, log, library.growTree(storage, log));
            }
            log = library.excise(storage, log, merged);
            logTailBytes = library.tailBytes(log);
        }
        results.add(library.indexNotice());
        broadcast();
        LOG.debugf("Merged the index of %s: %d bytes", storage.databaseId(), mergingBytes);
    }

    private void growTree() {
        PeerLibrary.Log grown = log;
        growth = inBackground("Growing the log's tree", metrics.segment(), () -> library.growTree(storage, grown));
    }

    private void adoptTreeIfGrown() throws Exception {
        if (growth == null || !growth.isDone()) {
            return;
        }
        PeerLibrary.Tree tree = growth.get();
        growth = null;
        log = library.adopt(storage, log, tree);
        logTailBytes = library.tailBytes(log);
        if (prepared != null) {
            startMerge();
        }
    }

    /** Wakes the writer when it is done. A failure ends the process: what of it is in the storage, only the storage knows. */
    private <T> CompletableFuture<T> inBackground(String what, Timer timer, Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        background.execute(() -> {
            try {
                done.complete(timer.recordCallable(work));
                // Where the queue is full, the writer is awake.
                requests.offer(new Request.LookAgain());
            } catch (Throwable e) {
                failed(what, e);
            }
        });
        return done;
    }

    /** The end of this process, unless it was interrupted on purpose. */
    private void failed(String what, Throwable e) {
        if (stopped) {
            LOG.debugf(e, "%s of %s was stopped", what, storage.databaseId());
        } else {
            FailStop.now(what + " of " + storage.databaseId() + " failed", e);
        }
    }

    /** Takes no more submissions, writes those taken as far as that is possible in time, and ends the thread. */
    @Override
    public void close() {
        try {
            if (submissions != null) {
                submissions.close();
            }
            requests.offer(new Request.Close(), CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debugf(e, "%s did not close cleanly", storage.databaseId());
        }
        stopped = true;
        thread.interrupt();
        background.shutdownNow();
        metrics.forget(gauges);
        library.close(storage);
    }
}

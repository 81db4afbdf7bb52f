package page.bits.transactor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** What the transactor counts and times; {@code bits_transactor_…} at {@code /q/metrics}. */
@Singleton
class TransactorMetrics {

    private static final Duration[] BUCKETS = LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter committed;
    private final Counter refused;
    private final Counter cutOff;
    private final DistributionSummary groupSize;
    private final Timer append;
    private final Timer index;
    private final Timer segment;

    TransactorMetrics(MeterRegistry registry) {
        this.registry = registry;
        committed = Counter.builder("bits.transactor.transactions")
                .tag("outcome", "committed")
                .description("Transactions by outcome")
                .register(registry);
        refused = Counter.builder("bits.transactor.transactions")
                .tag("outcome", "refused")
                .description("Transactions by outcome")
                .register(registry);
        cutOff = Counter.builder("bits.transactor.peers.cut.off")
                .description("Peers disconnected because they did not read")
                .register(registry);
        groupSize = DistributionSummary.builder("bits.transactor.group.size")
                .description("Transactions per append to the log")
                .register(registry);
        append = timer("bits.transactor.append", "Time of an append to the log");
        index = timer("bits.transactor.index", "Time of a merge into the index");
        segment = timer("bits.transactor.segment", "Time to grow the log's tree");
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    void observe(Broker broker) {
        broker.onCutOff(cutOff::increment);
        Gauge.builder("bits.transactor.peers", broker, Broker::peers)
                .description("Connected peers")
                .register(registry);
        Gauge.builder("bits.transactor.result.backlog.bytes", broker, Broker::largestBacklog)
                .description("Bytes of results that wait for the peer that is furthest behind")
                .register(registry);
    }

    /** Gauges of an open database, to be {@linkplain #forget forgotten} when it is closed. */
    List<Gauge> observe(DatabaseWriter writer, String databaseId) {
        return List.of(
                gauge(
                        "bits.transactor.submit.queue",
                        "Requests that wait for the writer",
                        writer,
                        databaseId,
                        DatabaseWriter::queued),
                gauge(
                        "bits.transactor.memory.index.bytes",
                        "Bytes of transactions not in the index yet",
                        writer,
                        databaseId,
                        DatabaseWriter::memoryIndexBytes),
                gauge(
                        "bits.transactor.log.tail.bytes",
                        "Bytes at the end of the log, outside its tree",
                        writer,
                        databaseId,
                        DatabaseWriter::logTailBytes));
    }

    private Gauge gauge(
            String name,
            String description,
            DatabaseWriter writer,
            String databaseId,
            ToDoubleFunction<DatabaseWriter> value) {
        return Gauge.builder(name, writer, value)
                .description(description)
                .tags(List.of(Tag.of("database", databaseId)))
                .register(registry);
    }

    void forget(List<Gauge> gauges) {
        gauges.forEach(registry::remove);
    }

    void committed(int transactions) {
        committed.increment(transactions);
        groupSize.record(transactions);
    }

    void refused() {
        refused.increment();
    }

    Timer append() {
        return append;
    }

    Timer index() {
        return index;
    }

    Timer segment() {
        return segment;
    }
}

package page.bits.peer;

import datomic.Connection;
import datomic.Database;
import datomic.Datom;
import datomic.Log;
import datomic.Peer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** A connection's report queue and log. There is one queue per connection: whoever takes from it takes from everybody. */
@SuppressWarnings({"unchecked", "rawtypes"
}) // Datomic's maps are raw; what each key holds is documented at Connection and Log
final class DatomicTransactionSource implements TransactionSource {

    private final Connection connection;
    private final BlockingQueue<Map> reports;

    DatomicTransactionSource(Connection connection) {
        this.connection = connection;
        this.reports = connection.txReportQueue();
    }

    @Override
    public Optional<Report> poll(Duration wait) throws InterruptedException {
        return Optional.ofNullable(reports.poll(wait.toMillis(), TimeUnit.MILLISECONDS))
                .map(report -> {
                    Database before = (Database) report.get(Connection.DB_BEFORE);
                    Iterable<Datom> data = (Iterable<Datom>) report.get(Connection.TX_DATA);
                    // Not the basis of "after": where the report repeats what this peer had already, that is a later
                    // one.
                    long t = Peer.toT(data.iterator().next().tx());
                    return new Report(new BasisT(before.basisT()), Transaction.of(t, data));
                });
    }

    @Override
    public BasisT basis() {
        return new BasisT(connection.db().basisT());
    }

    @Override
    public Iterable<Transaction> log(BasisT after, BasisT through) {
        Iterable<Map> range = connection.log().txRange(after.value() + 1, through.value() + 1);
        return () -> StreamSupport.stream(range.spliterator(), false)
                .map(entry -> Transaction.of((Long) entry.get(Log.T), (Iterable<Datom>) entry.get(Log.DATA)))
                .iterator();
    }
}

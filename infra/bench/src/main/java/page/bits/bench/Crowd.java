package page.bits.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Some threads, each with a connection of its own, that do much at once. */
final class Crowd {

    private final InetSocketAddress server;
    private final int threads;

    Crowd(InetSocketAddress server, int threads) {
        this.server = server;
        this.threads = threads;
    }

    interface Work<R> {
        R by(Connection connection, int number) throws IOException;
    }

    /**
     * Does work once for each number from 0, each thread its own share of them in their order.
     *
     * @return the results, of one thread after the other
     */
    <R> List<R> each(int numbers, Work<R> work) throws IOException, InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<R>>> shares = new ArrayList<>();
            for (int first = 0; first < threads; first++) {
                int from = first;
                shares.add(pool.submit(() -> share(from, numbers, work)));
            }
            List<R> results = new ArrayList<>();
            for (Future<List<R>> share : shares) {
                results.addAll(share.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private <R> List<R> share(int first, int numbers, Work<R> work) throws IOException {
        List<R> results = new ArrayList<>();
        try (Connection connection = new Connection(server)) {
            for (int number = first; number < numbers; number += threads) {
                results.add(work.by(connection, number));
            }
        }
        return results;
    }
}

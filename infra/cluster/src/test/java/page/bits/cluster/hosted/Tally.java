package page.bits.cluster.hosted;

import java.util.Arrays;

/** Counts answers, and keeps how long those took that come while it measures. Any thread. */
final class Tally {

    /**
     * What was measured.
     *
     * @param answers that came meanwhile
     * @param nanos how long was measured
     * @param p50 of an answer, in nanoseconds; 0 if there was none
     * @param p99 as {@code p50}
     */
    record Measured(long answers, long nanos, long p50, long p99) {

        double perSecond() {
            return answers * 1e9 / nanos;
        }

        static Measured parse(String line) {
            long[] values =
                    Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Measured(values[0], values[1], values[2], values[3]);
        }

        /** For {@link #parse}. */
        String line() {
            return "%d %d %d %d".formatted(answers, nanos, p50, p99);
        }
    }

    private long[] latencies = new long[1 << 16];
    private int kept;
    private long accepted;
    private String firstFailure;
    private boolean measuring;
    private long began;

    synchronized void accepted(long nanos) {
        accepted++;
        if (measuring) {
            if (kept == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * kept);
            }
            latencies[kept++] = nanos;
        }
    }

    synchronized void failed(String why) {
        firstFailure = firstFailure == null ? why : firstFailure;
    }

    synchronized void begin() {
        kept = 0;
        measuring = true;
        began = System.nanoTime();
    }

    synchronized Measured end() {
        long nanos = System.nanoTime() - began;
        measuring = false;
        long[] sorted = Arrays.copyOf(latencies, kept);
        Arrays.sort(sorted);
        return new Measured(kept, nanos, quantile(sorted, 0.5), quantile(sorted, 0.99));
    }

    /**
     * How many were accepted since the program began, measured or not.
     *
     * @throws IllegalStateException if one has failed
     */
    synchronized long allAccepted() {
        if (firstFailure != null) {
            throw new IllegalStateException("not accepted: " + firstFailure);
        }
        return accepted;
    }

    private static long quantile(long[] sorted, double quantile) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(quantile * sorted.length) - 1];
    }
}

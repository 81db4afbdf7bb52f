package page.bits.cluster.hosted;

import java.util.Arrays;

/** Counts answers, and keeps how long those took that come while it measures. Any thread. */
final class Tally {

    /**
     * What was measured.
     *
     * @param nanos how long was measured
     * @param accepted of the answers that came meanwhile, those to what was done
     * @param refused those that say it was not submitted
     */
    record Measured(long nanos, Answers accepted, Answers refused) {

        private static final int WORDS_OF_ANSWERS = 3;

        double perSecond() {
            return perSecond(accepted);
        }

        double refusedPerSecond() {
            return perSecond(refused);
        }

        private double perSecond(Answers answers) {
            return answers.count() * 1e9 / nanos;
        }

        static Measured parse(String line) {
            long[] values =
                    Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Measured(values[0], Answers.of(values, 1), Answers.of(values, 1 + WORDS_OF_ANSWERS));
        }

        /** For {@link #parse}. */
        String line() {
            return nanos + " " + accepted.words() + " " + refused.words();
        }
    }

    /**
     * How many answers came, and how long they took.
     *
     * @param p50 of an answer, in nanoseconds; 0 if there was none
     * @param p99 as {@code p50}
     */
    record Answers(long count, long p50, long p99) {

        private static Answers of(long[] values, int first) {
            return new Answers(values[first], values[first + 1], values[first + 2]);
        }

        private String words() {
            return "%d %d %d".formatted(count, p50, p99);
        }
    }

    private static final class Latencies {

        private long[] nanos = new long[1 << 16];
        private int count;

        void add(long one) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = one;
        }

        Answers answers() {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return new Answers(count, quantile(sorted, 0.5), quantile(sorted, 0.99));
        }

        private static long quantile(long[] sorted, double quantile) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(quantile * sorted.length) - 1];
        }
    }

    private Latencies ofAccepted = new Latencies();
    private Latencies ofRefused = new Latencies();
    private long accepted;
    private String firstFailure;
    private boolean measuring;
    private long began;

    synchronized void accepted(long nanos) {
        accepted++;
        if (measuring) {
            ofAccepted.add(nanos);
        }
    }

    synchronized void refused(long nanos) {
        if (measuring) {
            ofRefused.add(nanos);
        }
    }

    synchronized void failed(String why) {
        firstFailure = firstFailure == null ? why : firstFailure;
    }

    synchronized void begin() {
        ofAccepted = new Latencies();
        ofRefused = new Latencies();
        measuring = true;
        began = System.nanoTime();
    }

    synchronized Measured end() {
        long nanos = System.nanoTime() - began;
        measuring = false;
        return new Measured(nanos, ofAccepted.answers(), ofRefused.answers());
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
}

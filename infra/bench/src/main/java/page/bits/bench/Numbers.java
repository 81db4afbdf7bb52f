package page.bits.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What is told of many numbers. */
final class Numbers {

    private Numbers() {}

    /** The nearest rank, in milliseconds. */
    static double millis(long[] sortedNanos, double part) {
        return sortedNanos.length == 0 ? Double.NaN : sortedNanos[(int) Math.ceil(part * sortedNanos.length) - 1] / 1e6;
    }

    static <T> double median(List<T> runs, ToDoubleFunction<T> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The median, and where there are several, each of them in parentheses. */
    static <T> String summary(List<T> runs, String format, ToDoubleFunction<T> figure) {
        String median = format(format, median(runs, figure));
        return runs.size() == 1
                ? median
                : median
                        + runs.stream()
                                .map(run -> format(format, figure.applyAsDouble(run)))
                                .collect(Collectors.joining(", ", " (", ")"));
    }

    static String format(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }
}

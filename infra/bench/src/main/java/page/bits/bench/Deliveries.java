package page.bits.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What became of changes at the readers. An event whose id holds t brings every change up to t, so a reader that skips some
 * has them by the next.
 *
 * @param events how many events the readers got in place of {@code wanted}, one for each change and reader
 * @param backwards how many events led a reader back, or nowhere: there must be none
 * @param missing how many changes a reader did not get, summed over all: there must be none
 * @param toReader how long each change took to each reader, in ascending order
 * @param toLast how long each change took to the last reader that got it, in ascending order
 */
record Deliveries(long events, long wanted, long backwards, long missing, long[] toReader, long[] toLast) {

    /**
     * @param changes in the order of t
     * @param arrivals by readers that had what was before the first change
     */
    static Deliveries of(List<Changes.Change> changes, List<Readers.Arrivals> arrivals, int readers) {
        long[] t = changes.stream().mapToLong(Changes.Change::t).toArray();
        long[] dueAt = changes.stream().mapToLong(Changes.Change::dueAt).toArray();
        long[] lastAt = dueAt.clone();
        long[] version = new long[readers];
        int[] next = new int[readers];
        long[] times = new long[t.length * readers];
        int taken = 0;
        long events = 0;
        long backwards = 0;
        for (Readers.Arrivals some : arrivals) {
            events += some.size();
            for (int i = 0; i < some.size(); i++) {
                int reader = some.streams()[i];
                long arrived = some.versions()[i];
                long at = some.at()[i];
                backwards += arrived <= version[reader] ? 1 : 0;
                version[reader] = arrived;
                int change = next[reader];
                for (; change < t.length && t[change] <= arrived; change++) {
                    times[taken++] = at - dueAt[change];
                    lastAt[change] = Math.max(lastAt[change], at);
                }
                next[reader] = change;
            }
        }
        long[] toReader = Arrays.copyOf(times, taken);
        Arrays.sort(toReader);
        long[] toLast = new long[t.length];
        Arrays.setAll(toLast, i -> lastAt[i] - dueAt[i]);
        Arrays.sort(toLast);
        long missing = (long) t.length * readers - taken;
        return new Deliveries(events, (long) t.length * readers, backwards, missing, toReader, toLast);
    }

    boolean areComplete() {
        return backwards == 0 && missing == 0;
    }
}

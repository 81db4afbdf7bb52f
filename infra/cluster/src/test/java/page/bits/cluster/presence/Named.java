package page.bits.cluster.presence;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Comparator;

/**
 * A viewer whom others see.
 *
 * @param since in milliseconds of the wall clock
 */
record Named(String id, String name, long since) implements Comparable<Named> {

    private static final int SINCE = 9;
    private static final int ID = 22;
    private static final Comparator<Named> ORDER =
            Comparator.comparingLong(Named::since).thenComparing(Named::id);

    /** As the database has it. */
    static Named decoded(String viewer) {
        return new Named(
                viewer.substring(SINCE, SINCE + ID),
                viewer.substring(SINCE + ID),
                Long.parseLong(viewer.substring(0, SINCE), 36));
    }

    /** Who is at several nodes is there as long as at the first of them. */
    static Named first(Named one, Named other) {
        return one.since() <= other.since() ? one : other;
    }

    static Named of(JsonNode viewer) {
        return new Named(
                viewer.path("id").asText(),
                viewer.path("name").asText(),
                Instant.parse(viewer.path("since").asText()).toEpochMilli());
    }

    @Override
    public int compareTo(Named other) {
        return ORDER.compare(this, other);
    }
}

package page.bits.peer;

import datomic.Database;
import datomic.Entity;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names the history that a {@link BasisT} belongs to: an attribute in the database, made with the schema.
 *
 * @param value 1 to 16 of {@code [a-z0-9]}
 */
public record Epoch(String value) {

    private static final Pattern VALID = Pattern.compile("[a-z0-9]{1,16}");
    private static final SecureRandom RANDOM = new SecureRandom();

    public Epoch {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("an epoch is 1 to 16 of [a-z0-9], not '" + value + "'");
        }
    }

    /** The epoch of this database, whose schema is there. */
    public static Epoch of(Database db) {
        return in(db).orElseThrow(
                        () -> new IllegalStateException("this database has no epoch: its schema is not installed"));
    }

    static Optional<Epoch> in(Database db) {
        Entity history = db.entity(Attributes.HISTORY); // null where nothing has that name
        return Optional.ofNullable(history)
                .map(entity -> (String) entity.get(Attributes.HISTORY_EPOCH))
                .map(Epoch::new);
    }

    /** A new one, of 41 random bits: two histories of one installation do not meet in it. */
    static Epoch random() {
        return new Epoch(Long.toString(RANDOM.nextLong(1L << 36, 1L << 41), 36));
    }

    @Override
    public String toString() {
        return value;
    }
}

package page.bits.action.body;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a request says about an optional field of something that is there: nothing, so it stays; {@code null}, so it goes; or
 * its new value.
 *
 * @param told whether the request speaks of the field
 * @param value the new value; without one, a field that is told of is cleared
 */
public record Patch<T>(boolean told, Optional<T> value) {

    public Patch {
        if (!told && value.isPresent()) {
            throw new IllegalArgumentException("a value that was not told");
        }
    }

    static <T> Patch<T> keep() {
        return new Patch<>(false, Optional.empty());
    }

    static <T> Patch<T> clear() {
        return new Patch<>(true, Optional.empty());
    }

    static <T> Patch<T> set(T value) {
        return new Patch<>(true, Optional.of(value));
    }

    public boolean isCleared() {
        return told && value.isEmpty();
    }

    /** Whether the field is as this says where it holds {@code present}. */
    public boolean agreesWith(Optional<T> present) {
        return !told || value.equals(present);
    }

    public <R> Patch<R> map(Function<? super T, R> mapper) {
        return new Patch<>(told, value.map(mapper));
    }

    /** Clears the field instead where the value does not count as one. */
    public Patch<T> filter(Predicate<? super T> counts) {
        return new Patch<>(told, value.filter(counts));
    }
}

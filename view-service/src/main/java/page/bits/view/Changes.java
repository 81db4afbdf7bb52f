package page.bits.view;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What leads from one window over items to another.
 *
 * @param put items that replace the one of their id, or come in where their order puts them, in the order of the window
 * @param remove every item that left the window
 * @param deleted those of them that no longer exist
 */
@JsonPropertyOrder({"put", "remove", "deleted"})
public record Changes<T>(List<T> put, List<UUID> remove, List<UUID> deleted) {

    public Changes {
        put = List.copyOf(put);
        remove = List.copyOf(remove);
        deleted = List.copyOf(deleted);
    }

    /** @param exists whether an item is still there, shown or not */
    public static <T> Changes<T> between(
            List<T> from, List<T> to, Function<? super T, UUID> id, Predicate<UUID> exists) {
        Map<UUID, T> before = from.stream().collect(Collectors.toMap(id, Function.identity()));
        Set<UUID> after = to.stream().map(id).collect(Collectors.toSet());
        List<T> put = to.stream()
                .filter(item -> !item.equals(before.get(id.apply(item))))
                .toList();
        List<UUID> remove = from.stream()
                .<UUID>map(id)
                .filter(known -> !after.contains(known))
                .toList();
        return new Changes<>(
                put, remove, remove.stream().filter(exists.negate()).toList());
    }
}

package page.bits.view;

import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The features of this process, by name. */
@Singleton
public class Features {

    private final Map<String, Feature<?>> byName;

    public Features(@All List<Feature<?>> features) {
        this.byName = features.stream().collect(Collectors.toUnmodifiableMap(Feature::name, Function.identity()));
    }

    public Optional<Feature<?>> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Collection<Feature<?>> all() {
        return byName.values();
    }
}
